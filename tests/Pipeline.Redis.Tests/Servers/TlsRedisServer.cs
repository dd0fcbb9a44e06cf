namespace Pipeline.Redis.Servers;

/// <summary>A server that speaks TLS only, with a certificate of the test's own authority, and asks for a password.</summary>
public sealed class TlsRedisServer : IAsyncDisposable
{
    private TlsRedisServer(RedisServer server, TestCertificates certificates)
    {
        Server = server;
        Certificates = certificates;
    }

    /// <summary>Gets the server; its <see cref="RedisServer.ClientOptions"/> hold password and trust.</summary>
    public RedisServer Server { get; }

    /// <summary>Gets the authority and what it signed.</summary>
    public TestCertificates Certificates { get; }

    /// <summary>Starts the server.</summary>
    /// <param name="options">What else it is started with; password and certificates are set here where it has none.</param>
    public static async Task<TlsRedisServer> StartAsync(RedisServerOptions? options = null)
    {
        options ??= new();
        var certificates = options.Certificates ?? new TestCertificates();
        var server = await RedisServer.StartAsync(options with { Certificates = certificates, Password = options.Password ?? "a test's password" });
        return new TlsRedisServer(server, certificates);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Certificates.Dispose();
    }
}
