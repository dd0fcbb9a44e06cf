using System.Net;
using System.Text;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Metrics;

/// <summary>V5, C5.</summary>
public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task Requests_are_counted_by_route_and_status_and_by_the_tags_that_the_endpoint_adds()
    {
        await using var server = await StartAsync();

        await server.Client.GetAsync("/ask/1?mode=fast");
        await server.Client.GetAsync("/ask/2?mode=fast");
        await server.Client.GetAsync("/ask/3?mode=slow");

        var text = await server.Client.GetStringAsync("/metrics");
        Count(text, "http_server_request_duration_seconds_count", "http_route=\"/ask/{id}\"", "mode=\"fast\"", "http_response_status_code=\"200\"").Should().Be(2);
        Count(text, "http_server_request_duration_seconds_count", "http_route=\"/ask/{id}\"", "mode=\"slow\"").Should().Be(1);
        Count(text, "http_server_request_duration_seconds_bucket", "mode=\"slow\"", "le=\"+Inf\"").Should().Be(1);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(413)]
    [InlineData(429)]
    public async Task Refused_requests_are_counted_too(int status)
    {
        await using var server = await StartAsync();

        await server.Client.GetAsync($"/refuse?status={status}");

        Count(await server.Client.GetStringAsync("/metrics"), "http_server_request_duration_seconds_count", $"http_response_status_code=\"{status}\"").Should().Be(1);
    }

    [Fact]
    public async Task Probes_and_scrapes_are_not_counted()
    {
        await using var server = await StartAsync();

        await server.Client.GetAsync("/readyz");
        await server.Client.GetAsync("/metrics");

        (await server.Client.GetStringAsync("/metrics")).Should().NotContain("http_server_request_duration_seconds").And.Contain("kestrel_");
    }

    [Fact]
    public async Task The_format_is_the_one_that_the_client_asks_for()
    {
        await using var server = await StartAsync();
        await server.Client.GetAsync("/ask/1");

        (await AskAsync(server, accept: null)).Should().Match<(string Type, string Body)>(
            answer => answer.Type == "text/plain; version=0.0.4; charset=utf-8" && !answer.Body.Contains("# EOF"));
        (await AskAsync(server, "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"))
            .Should().Match<(string Type, string Body)>(
                answer => answer.Type == "application/openmetrics-text; version=1.0.0; charset=utf-8" && answer.Body.EndsWith("# EOF\n"));
        (await AskAsync(server, "text/html")).Type.Should().StartWith("text/plain");
    }

    [Theory]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;q=0.5,text/plain;q=0.9", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("text/plain", false)]
    [InlineData("*/*", false)]
    [InlineData(";;;,,", false)]
    public void OpenMetrics_is_given_only_where_it_is_preferred(string accept, bool isOpenMetrics) =>
        MetricsEndpoint.PrefersOpenMetrics([accept]).Should().Be(isOpenMetrics);

    [Fact]
    public async Task Configuration_adds_meters()
    {
        await using var server = await StartAsync(new() { ["Http:Metrics:Meters:0"] = "Shop*" });
        server.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>().Create(new System.Diagnostics.Metrics.MeterOptions("Shop.Orders")).CreateCounter<int>("shop.orders").Add(1);
        await server.Client.GetAsync("/ask/1");

        (await server.Client.GetStringAsync("/metrics")).Should().Contain("shop_orders_total 1").And.Contain("http_server_request_duration_seconds_count");
    }

    [Fact]
    public async Task What_the_suite_and_the_server_tell_by_default_is_clean_to_promtool_in_both_formats()
    {
        await using var server = await StartAsync();
        await server.Client.GetAsync("/ask/1?mode=\"quoted\\\n\"");

        (await Promtool.CheckMetricsAsync(await server.Client.GetStringAsync("/metrics"))).Should().BeEmpty();
    }

    private static Task<WebServer> StartAsync(Dictionary<string, string?>? settings = null) => WebServer.StartAsync(
        static app =>
        {
            app.MapPipelineHealth();
            app.MapPipelineMetrics();
            app.MapGet("/ask/{id}", static context =>
            {
                context.AddMetricTag("mode", context.Request.Query["mode"].ToString());
                return context.Response.WriteAsync("answer");
            });
            app.MapGet("/refuse", static context =>
            {
                context.Response.StatusCode = int.Parse(context.Request.Query["status"]!, System.Globalization.CultureInfo.InvariantCulture);
                return Task.CompletedTask;
            });
        },
        settings: settings);

    private static async Task<(string Type, string Body)> AskAsync(WebServer server, string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await server.Client.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return (response.Content.Headers.ContentType!.ToString(), await response.Content.ReadAsStringAsync());
    }

    private static double Count(string text, string name, params string[] labels) => text.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
        .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
}
