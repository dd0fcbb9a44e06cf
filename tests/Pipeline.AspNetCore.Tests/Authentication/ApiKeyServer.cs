using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Fixtures;

namespace Pipeline.Authentication;

/// <summary>An application with API keys and a few endpoints, and requests to it.</summary>
internal static class ApiKeyServer
{
    public const string Key = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    public const string OtherKey = "f9e8d7c6b5a493827160f5e4d3c2b1a0";
    public const string WrongKey = "00000000000000000000000000000001";

    /// <summary>Starts the application: <c>/open</c> for all, <c>/me</c> for callers with a key, <c>/admin</c> and <c>/policy</c> for those with the scope <c>admin</c>.</summary>
    /// <param name="configure">Settings in code; without <paramref name="settings"/> and this, one key named <c>partner</c>.</param>
    /// <param name="settings">Settings of <c>Http:ApiKeys</c>.</param>
    /// <param name="services">Further services.</param>
    public static Task<WebServer> StartAsync(
        Action<ApiKeyOptions>? configure = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null)
    {
        settings ??= configure is null ? new Dictionary<string, string?> { ["Keys"] = $"partner={Key}" } : new Dictionary<string, string?>();
        return WebServer.StartAsync(
            app =>
            {
                map?.Invoke(app);
                app.MapGet("/open", static context => context.Response.WriteAsync("open"));
                app.MapGet("/me", static context => context.Response.WriteAsync(Describe(context.User))).RequireAuthorization();
                app.MapGet("/admin", static context => context.Response.WriteAsync("admin")).RequireScope("admin");
                app.MapGet("/policy", static context => context.Response.WriteAsync("policy")).RequireAuthorization("scope:admin");
            },
            (collection, _) =>
            {
                services?.Invoke(collection);
                collection.AddAuthentication(ApiKeyDefaults.AuthenticationScheme).AddPipelineApiKeys(configure);
            },
            settings.ToDictionary(static setting => $"Http:ApiKeys:{setting.Key}", static setting => setting.Value, StringComparer.Ordinal));
    }

    public static async Task<HttpResponseMessage> GetAsync(this WebServer server, string path, string? bearer = null, string? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (bearer is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {bearer}");
        if (header is not null)
            request.Headers.TryAddWithoutValidation("X-API-Key", header);
        return await server.Client.SendAsync(request);
    }

    public static async Task<HttpStatusCode> StatusAsync(this WebServer server, string path, string? bearer = null, string? header = null)
    {
        using var response = await server.GetAsync(path, bearer, header);
        return response.StatusCode;
    }

    /// <summary>Makes a client whose connections come from another loopback address.</summary>
    public static HttpClient ClientFrom(this WebServer server, string address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(server.EndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = server.Address };

    /// <summary>Sends the text of a request, and returns the text of the answer.</summary>
    public static async Task<string> SendRawAsync(this WebServer server, byte[] request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.EndPoint);
        await using var stream = client.GetStream();
        await stream.WriteAsync(request);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private static string Describe(ClaimsPrincipal user) => string.Join('\n', user.Claims.Select(static claim => $"{claim.Type}={claim.Value}"));
}
