using System.Net.Http.Json;
using System.Text;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Fixtures;
using Pipeline.Queues;
using Pipeline.Samples;
using Xunit;

namespace Pipeline.Metrics;

/// <summary>V5, C5, C8, D9: a real Prometheus scrapes a real server, with the rules that are shipped.</summary>
public sealed class PrometheusTests
{
    [Fact]
    public async Task A_prometheus_scrapes_what_was_counted_and_loads_the_rules()
    {
        const int Requests = 25;
        var backend = await Backend.CreateAsync(BackendKind.Redis);
        await using var server = await WebServer.StartAsync(
            static app =>
            {
                app.MapPipelineMetrics();
                app.MapGet("/ask", static context => context.Response.WriteAsync("answer"));
            },
            (services, _) =>
            {
                backend.Use(services);
                services.AddPipeline().AddQueue("documents").AddQueueMetrics(TimeSpan.FromSeconds(1));
            });
        await using var prometheus = await Prometheus.StartAsync(server.Address, Shipped.File("alerts.yml"));
        for (var i = 0; i < Requests; i++)
            await server.Client.GetAsync("/ask");
        await server.Client.GetAsync("/nowhere");
        await server.Services.GetRequiredKeyedService<IQueue>("documents").EnqueueAsync([Message("a"), Message("b"), Message("c")]);

        await prometheus.QueryIsAsync("""http_server_request_duration_seconds_count{job="api",http_route="/ask",http_response_status_code="200"}""", Requests);
        await prometheus.QueryIsAsync("""http_server_request_duration_seconds_bucket{http_route="/ask",le="+Inf"}""", Requests);
        await prometheus.QueryIsAsync("""sum(http_server_request_duration_seconds_count{http_response_status_code="404"})""", 1);
        await prometheus.QueryIsAsync("""max(pipeline_queue_messages{pipeline_queue="documents",pipeline_queue_state="ready"})""", 3);
        await prometheus.QueryIsAsync("""max(pipeline_queue_demand{pipeline_queue="documents"})""", 3);
        await prometheus.QueryIsAsync("""up{job="api"}""", 1);
        using var rules = await prometheus.GetAsync("/api/v1/rules");
        var all = rules.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray().SelectMany(static group => group.GetProperty("rules").EnumerateArray()).ToArray();
        all.Should().HaveCountGreaterThan(6).And.OnlyContain(static rule => rule.GetProperty("health").GetString() != "err");
        using var metadata = await prometheus.GetAsync("/api/v1/metadata?metric=http_server_request_duration_seconds");
        metadata.RootElement.GetProperty("data").GetRawText().Should().Contain("\"histogram\"").And.Contain("\"seconds\"", "OpenMetrics was asked for, and tells the unit");
    }

    [Fact]
    public async Task A_prometheus_scrapes_the_sample_and_promtool_finds_no_fault_with_what_it_tells()
    {
        await using var sample = ApiProcess.Start();
        using var client = await sample.ConnectAsync();
        await using var prometheus = await Prometheus.StartAsync(client.BaseAddress!, Shipped.File("alerts.yml"));
        await PostAsync("/ask", "What is the longest word?");
        await PostAsync("/ask", "What is the longest word?");
        await PostAsync("/documents", "to be or not to be");

        await prometheus.QueryIsAsync("""sum(http_server_request_duration_seconds_count{http_route="/ask"})""", 2);
        await prometheus.QueryIsAsync("""sum(pipeline_step_duration_seconds_count{pipeline_step="answer"})""", 2);
        await prometheus.QueryIsAsync("""sum(pipeline_worker_duration_seconds_count{pipeline_queue="documents",pipeline_outcome="completed"})""", 1);
        (await prometheus.QueryAsync("sum(pipeline_cost_total)")).Should().BePositive();
        (await prometheus.QueryAsync("sum(pipeline_cost_avoided_total)")).Should().BePositive();
        (await Promtool.CheckMetricsAsync(await client.GetStringAsync("/metrics"))).Should().BeEmpty();

        async Task PostAsync(string path, string text)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(new { text }), Headers = { { "Idempotency-Key", "key" } } };
            using var response = await client.SendAsync(request);
            response.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task The_rules_and_the_configuration_are_clean_to_promtool_and_fire_when_they_should()
    {
        (await Promtool.CheckRulesAsync(Shipped.File("alerts.yml"))).Should().BeEmpty();
        (await Promtool.CheckConfigAsync(Shipped.File("prometheus.yml"))).Should().BeEmpty();
        (await Promtool.TestRulesAsync(Shipped.File("alerts.test.yml"))).Should().BeEmpty();
    }

    private static QueueMessage Message(string text) => new(Encoding.UTF8.GetBytes(text));
}
