using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Fixtures;

/// <summary>An application behind a real Kestrel on a free loopback port, with a client and its log.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly SocketsHttpHandler _handler = new() { AllowAutoRedirect = false, UseCookies = false };

    private WebServer(WebApplication app, WebLog log)
    {
        App = app;
        Log = log;
        Address = new Uri(app.Urls.First());
        Client = new HttpClient(_handler) { BaseAddress = Address };
    }

    public WebApplication App { get; }

    public WebLog Log { get; }

    public Uri Address { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Address.Port);

    public HttpClient Client { get; }

    public IServiceProvider Services => App.Services;

    /// <summary>Starts an application: a suite in memory and the HTTP edge, in front of the endpoints.</summary>
    /// <param name="map">Adds middleware beyond <c>UsePipeline</c>, and endpoints.</param>
    /// <param name="services">Adds and replaces services; called after <c>AddPipeline()</c> and before <c>AddPipelineHttp</c>.</param>
    /// <param name="settings">The configuration: <c>Http:…</c> is the edge's, <c>Pipeline:…</c> the suite's.</param>
    /// <param name="kestrel">Configures the server further.</param>
    public static async Task<WebServer> StartAsync(
        Action<WebApplication> map,
        Action<IServiceCollection, IConfiguration>? services = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<KestrelServerOptions>? kestrel = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        var log = new WebLog();
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            kestrel?.Invoke(options);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddPipeline(builder.Configuration.GetSection("Pipeline"));
        services?.Invoke(builder.Services, builder.Configuration);
        builder.Services.AddPipelineHttp(builder.Configuration.GetSection("Http"));
        var app = builder.Build();
        app.UsePipeline();
        map(app);
        await app.StartAsync();
        return new WebServer(app, log);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _handler.Dispose();
        await App.DisposeAsync();
    }
}
