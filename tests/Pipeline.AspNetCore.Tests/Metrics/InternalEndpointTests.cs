using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pipeline.Fixtures;
using Pipeline.TestSupport;
using Xunit;

namespace Pipeline.Metrics;

/// <summary>I8.</summary>
public sealed class InternalEndpointTests
{
    [Fact]
    public async Task Internal_endpoints_exist_only_on_the_internal_port()
    {
        var port = LoopbackPort.FindFree();
        await using var server = await StartAsync(new() { ["Http:Internal:Port"] = $"{port}" }, port);
        using var inside = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        foreach (var path in new[] { "/metrics", "/debug/state" })
        {
            (await server.Client.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await inside.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        (await inside.GetAsync("/public")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await server.Client.GetAsync("/public")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("127.0.0.0/8", HttpStatusCode.OK)]
    [InlineData("10.0.0.0/8", HttpStatusCode.NotFound)]
    public async Task Internal_endpoints_exist_only_for_the_internal_networks(string network, HttpStatusCode status)
    {
        await using var server = await StartAsync(new() { ["Http:Internal:Networks:0"] = network });

        foreach (var path in new[] { "/metrics", "/debug/state" })
            (await server.Client.GetAsync(path)).StatusCode.Should().Be(status);
    }

    [Fact]
    public async Task Without_settings_metrics_are_open_and_other_internal_endpoints_answer_this_machine()
    {
        await using var server = await StartAsync([]);

        (await server.Client.GetAsync("/metrics")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await server.Client.GetAsync("/debug/state")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await ForwardedAsync(server, "/metrics")).Should().Be(HttpStatusCode.OK);
        (await ForwardedAsync(server, "/debug/state")).Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_an_unknown_proxy_forwards_is_not_internal_though_the_proxy_is()
    {
        await using var server = await StartAsync(new() { ["Http:Internal:Networks:0"] = "127.0.0.0/8" });

        (await ForwardedAsync(server, "/metrics")).Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("Http:Internal:Port", "70000", "*Port is 70000*65535*")]
    [InlineData("Http:Internal:Networks:0", "10.0.0.1/40", "*'10.0.0.1/40'*10.0.0.0/8*")]
    [InlineData("Http:Internal:Networks:0", "everybody", "*'everybody'*")]
    [InlineData("Http:Metrics:MaxSeries", "0", "*MaxSeries*")]
    [InlineData("Http:Metrics:Meters:0", "a*b", "*'a*b'*")]
    public async Task A_setting_that_makes_no_sense_stops_the_start(string setting, string value, string message)
    {
        var start = () => StartAsync(new() { [setting] = value });

        await start.Should().ThrowAsync<Exception>().WithMessage(message);
    }

    [Fact]
    public void An_internal_endpoint_without_the_edge_is_an_error_rather_than_open()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        app.MapGet("/debug", static context => context.Response.WriteAsync("secret")).RequireInternal();

        var look = () => ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app).DataSources.SelectMany(static source => source.Endpoints).ToList();

        look.Should().Throw<InvalidOperationException>().WithMessage("*AddPipelineHttp*");
    }

    private static async Task<HttpStatusCode> ForwardedAsync(WebServer server, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "X-Forwarded-For", "127.0.0.1" } } };
        return (await server.Client.SendAsync(request)).StatusCode;
    }

    private static Task<WebServer> StartAsync(Dictionary<string, string?> settings, int? secondPort = null) => WebServer.StartAsync(
        static app =>
        {
            app.MapPipelineMetrics();
            app.MapGet("/debug/state", static context => context.Response.WriteAsync("state")).RequireInternal();
            app.MapGet("/public", static context => context.Response.WriteAsync("public"));
        },
        settings: settings,
        kestrel: options =>
        {
            if (secondPort is { } port)
                options.Listen(IPAddress.Loopback, port);
        });
}
