using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Authentication;
using Pipeline.Fixtures;
using Pipeline.RateLimiting;
using Pipeline.Steps;

namespace Pipeline.Admin;

/// <summary>An application with an administration, keys in a store and things to set up, and requests to it.</summary>
internal static class ConfigurationServer
{
    public const string Root = "an-operators-key-of-enough-length";
    public const string Plain = "planted-key-of-the-setting-Keys";
    public const string Entry = "planted-key-of-the-setting-Entries";

    /// <param name="backend">Where keys are; <see langword="null"/> for memory.</param>
    /// <param name="file">The settings file, which the host reads and imports write; <see langword="null"/> for none.</param>
    /// <param name="settings">Further settings.</param>
    /// <param name="services">Further services.</param>
    /// <param name="map">What is said of the administration.</param>
    public static Task<WebServer> StartAsync(
        Backend? backend = null,
        string? file = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection, IConfiguration>? services = null,
        Action<RouteGroupBuilder>? map = null)
    {
        var all = new Dictionary<string, string?>
        {
            ["Http:ApiKeys:Store"] = "true",
            ["Http:ApiKeys:FailuresBeforeBan"] = "0",
            ["Http:ApiKeys:List:0:Name"] = "root",
            ["Http:ApiKeys:List:0:Key"] = Root,
            ["Http:ApiKeys:List:0:Scopes:0"] = "admin",
            ["Http:Admin:SettingsFile"] = file,
        };
        foreach (var (path, value) in settings ?? new Dictionary<string, string?>())
            all[path] = value;
        return WebServer.StartAsync(
            app =>
            {
                var admin = app.MapPipelineAdmin();
                admin.RequireScope("admin");
                map?.Invoke(admin);
                app.MapGet("/whoami", static () => CallContext.Current.Tenant).RequireAuthorization();
            },
            (collection, configuration) =>
            {
                if (file is not null)
                    ((IConfigurationBuilder)configuration).AddJsonFile(file, optional: true, reloadOnChange: true);
                services?.Invoke(collection, configuration);
                backend?.Use(collection);
                collection.AddPipeline()
                    .AddQueue("documents")
                    .AddStep<int, int>("answer", static (value, _, _) => new(value))
                    .AddChain<int>("index", static chain => chain.Then("pass", static (item, _, _) => ChainResult.Continue(item)));
                collection.AddAuthentication().AddPipelineApiKeys();
                collection.AddPipelineHttp().AddRateLimit("ask", RateLimitRule.SlidingWindow(60, TimeSpan.FromMinutes(1)));
            },
            all.Where(static setting => setting.Value is not null).ToDictionary());
    }

    public static async Task<HttpResponseMessage> SendAsync(this WebServer server, HttpMethod method, string path, string? body = null, string key = Root)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new("Bearer", key) } };
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return await server.Client.SendAsync(request);
    }

    public static async Task<string> ExportAsync(this WebServer server)
    {
        using var response = await server.SendAsync(HttpMethod.Get, "/admin/configuration");
        var text = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.OK ? text : throw new InvalidOperationException($"{response.StatusCode}: {text}");
    }

    /// <summary>Imports a document, which has to be taken.</summary>
    public static async Task<JsonElement> ImportAsync(this WebServer server, string document, string query = "")
    {
        using var response = await server.SendAsync(HttpMethod.Post, $"/admin/configuration{query}", document);
        var text = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.OK ? JsonElement.Parse(text) : throw new InvalidOperationException($"{response.StatusCode}: {text}");
    }

    /// <summary>Makes or rotates a key through the administration.</summary>
    public static async Task<string> MakeAsync(this WebServer server, string path, string body = "{}")
    {
        using var response = await server.SendAsync(HttpMethod.Post, path, body);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }

    public static Task<HttpStatusCode> WhoAsync(this WebServer server, string key) => server.StatusAsync("/whoami", bearer: key);

    /// <summary>What became of keys: <c>name outcome</c>.</summary>
    public static string[] KeysOf(JsonElement answer) =>
        [.. answer.GetProperty("keys").EnumerateArray().Select(static key => $"{key.GetProperty("name")} {key.GetProperty("outcome")}")];

    /// <summary>What became of settings: <c>path outcome</c>, and <c>restart</c> for what needs one.</summary>
    public static string[] SettingsOf(JsonElement answer) =>
    [
        .. answer.GetProperty("settings").EnumerateArray().Select(static setting =>
            $"{setting.GetProperty("path")} {setting.GetProperty("outcome")}{(setting.TryGetProperty("needsRestart", out var restart) && restart.GetBoolean() ? " restart" : "")}"),
    ];

    /// <summary>A document of version 1.</summary>
    public static string Document(string settings = "{}", string keys = "[]") =>
        $$"""{"format":"pipeline-configuration","version":1,"settings":{{settings}},"keys":{{keys}}}""";

    /// <summary>A key of a document, whose caller comes with a text.</summary>
    public static string Key(string name, string text) =>
        $$"""{"name":"{{name}}","tenant":"acme","createdAt":"2026-01-02T03:04:05Z","hashes":[{"sha256":"{{KeyHash.Of(text)}}","addedAt":"2026-01-02T03:04:05Z"}]}""";
}
