using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Pipeline.Redis.Servers;

/// <summary>A real <c>redis-server</c> of a test's own: a child process on a free port of the loopback address, its data in a temporary folder.</summary>
/// <remarks>It ends with this object, and with the test process whatever ends that.</remarks>
public sealed class RedisServer : IAsyncDisposable
{
    private const int Attempts = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _output = new();
    private readonly string _folder = ServerWatch.CreateFolder();
    private ServerProcess? _process;

    private RedisServer(RedisServerOptions options) => Options = options;

    public RedisServerOptions Options { get; }

    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    public int Port => EndPoint.Port;

    /// <summary>Gets the address as a connection string has it.</summary>
    public string Address => EndPoint.ToString();

    /// <summary>Gets if the process runs; one that is paused does.</summary>
    public bool IsRunning => _process is not null;

    /// <summary>Gets the last lines that the server wrote, for the message of a failing test.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Gets the process id of the server that runs.</summary>
    public int ProcessId => Running.Id;

    private ServerProcess Running => _process ?? throw new InvalidOperationException("The server does not run. Start it with RestartAsync.");

    /// <summary>Starts a server and waits until it accepts connections.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has what it wrote.</exception>
    public static async Task<RedisServer> StartAsync(RedisServerOptions? options = null)
    {
        var server = new RedisServer(options ?? new());
        try
        {
            // Another process can take the port between the look and the start.
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                server.EndPoint = new IPEndPoint(IPAddress.Loopback, LoopbackPort.FindFree());
                await server.WriteConfigurationAsync();
                if (await server.TryRunAsync())
                    return server;
            }

            throw server.Failure();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Shuts the server down in good order, so that it keeps what its options say it keeps.</summary>
    public Task StopAsync() => EndAsync(Signal.Terminate);

    /// <summary>Kills the server with SIGKILL, as a crash would.</summary>
    public Task KillAsync() => EndAsync(Signal.Kill);

    /// <summary>Starts the server again on its port with its data, after shutting it down where it runs.</summary>
    /// <param name="waitUntilLoaded">If false, returns while the server may still be loading its data and answers <c>LOADING</c>.</param>
    /// <exception cref="InvalidOperationException">It did not start; the message has what it wrote.</exception>
    public async Task RestartAsync(bool waitUntilLoaded = true)
    {
        if (IsRunning)
            await StopAsync();

        if (!waitUntilLoaded)
        {
            Run();
            await WaitUntilListeningAsync();
            return;
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await TryRunAsync())
                return;
        }

        throw Failure();
    }

    /// <summary>Stops the process with SIGSTOP: its connections stay, nothing is answered. Returns when it stands still.</summary>
    public void Pause()
    {
        Running.Send(Signal.Stop);
        Running.WaitUntilStopped();
    }

    /// <summary>Continues the process that <see cref="Pause"/> stopped.</summary>
    public void Resume() => Running.Send(Signal.Continue);

    /// <summary>Opens a connection, with the password and the certificates of the options.</summary>
    public Task<RespConnection> OpenAsync() => RespConnection.ConnectAsync(EndPoint, Options.Password, Options.Certificates?.Authority);

    /// <summary>Runs one command over a connection of its own, apart from any proxy.</summary>
    /// <returns>A <see cref="string"/>, a <see cref="long"/>, an array of those, or null.</returns>
    /// <exception cref="RespException">The server replied an error.</exception>
    public async Task<object?> ExecuteAsync(params string[] command)
    {
        using var connection = await OpenAsync();
        return await connection.ExecuteAsync(command);
    }

    /// <summary>Returns one field of <c>INFO</c>, or null where there is none of that name.</summary>
    public async Task<string?> InfoAsync(string field)
    {
        var info = (string)(await ExecuteAsync("INFO", "everything"))!;
        return info.Split("\r\n").Where(line => line.StartsWith(field + ":", StringComparison.Ordinal)).Select(line => line[(field.Length + 1)..]).FirstOrDefault();
    }

    /// <summary>Returns what a client needs to connect, with its default time-outs.</summary>
    /// <param name="proxy">The proxy before the server that the client shall go through, or null for none.</param>
    public ConfigurationOptions ClientOptions(Proxying.RedisProxy? proxy = null)
    {
        var options = new ConfigurationOptions { EndPoints = { proxy?.EndPoint ?? EndPoint }, Password = Options.Password, AllowAdmin = true };
        if (Options.Certificates is { } certificates)
        {
            options.Ssl = true;
            options.SslHost = "localhost";
            options.CertificateValidation += (_, certificate, _, _) => TestCertificates.IsSignedBy(certificate, certificates.Authority);
        }

        return options;
    }

    public override string ToString() => Address;

    public async ValueTask DisposeAsync()
    {
        await EndAsync(Signal.Kill);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task EndAsync(int signal)
    {
        if (_process is not { } process)
            return;

        process.Send(signal);

        // A paused process takes SIGTERM only when it continues.
        process.Send(Signal.Continue);
        await process.WaitForEndAsync();
        await process.DisposeAsync();
        _process = null;
    }

    private async Task WriteConfigurationAsync()
    {
        var tls = Options.Certificates is null ? null : await Options.Certificates.WriteAsync(_folder);
        await File.WriteAllLinesAsync(ConfigurationPath, RedisConfiguration.Lines(Options, _folder, Port, tls));
    }

    private string ConfigurationPath => Path.Combine(_folder, "redis.conf");

    private ServerProcess Run() => _process = ServerProcess.Start(
        new ProcessStartInfo(RedisProgram.FileName, [ConfigurationPath]) { WorkingDirectory = _folder }, "Ready to accept connections", _output);

    private async Task<bool> TryRunAsync()
    {
        var process = Run();
        if (await process.Ready.WaitAsync(Patience))
        {
            using var connection = await OpenAsync();
            await connection.ExecuteAsync(["PING"]);
            return true;
        }

        await process.DisposeAsync();
        _process = null;
        return _output.LastOrDefault(line => line.Contains("in use", StringComparison.Ordinal)) is null ? throw Failure() : false;
    }

    private async Task WaitUntilListeningAsync()
    {
        while (true)
        {
            try
            {
                (await OpenAsync()).Dispose();
                return;
            }
            catch (System.Net.Sockets.SocketException) when (IsRunning && !Running.Ready.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5));
            }
        }
    }

    private InvalidOperationException Failure() =>
        new(string.Create(CultureInfo.InvariantCulture, $"redis-server did not start on port {Port}. It wrote:\n{Output}"));
}
