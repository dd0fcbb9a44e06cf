using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Pipeline.Diagnostics;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Health;

/// <summary>V9, Q6: what the doctor says of health, drain and metrics.</summary>
public sealed class OperationsDoctorTests
{
    private const string Wait = "Http:Draining:PreStopWait";

    [Fact]
    public async Task A_service_as_it_should_be_has_nothing_to_mend()
    {
        await using var server = await StartAsync(
            static app =>
            {
                app.MapPipelineHealth();
                app.MapPipelineMetrics();
            },
            new() { [Wait] = "00:00:05", ["Http:Internal:Networks:0"] = "10.0.0.0/8", ["Http:Deadlines:Default"] = "20" });

        foreach (var check in new[] { "http.health", "http.draining", "http.metrics-exposure" })
            (await AskAsync(server, check)).Status.Should().Be(DoctorStatus.Ok, check);
    }

    [Fact]
    public async Task Endpoints_that_are_not_mapped_are_told()
    {
        await using var server = await StartAsync(static _ => { });

        (await AskAsync(server, "http.health")).Should().BeEquivalentTo(new { Status = DoctorStatus.Warning, Mend = "Call MapPipelineHealth() on the application." });
        (await AskAsync(server, "http.metrics-exposure")).Status.Should().Be(DoctorStatus.Ok);
    }

    [Fact]
    public async Task Metrics_that_anybody_may_read_are_a_warning()
    {
        await using var server = await StartAsync(static app => app.MapPipelineMetrics());

        var result = await AskAsync(server, "http.metrics-exposure");

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Mend.Should().Contain("Internal:Port").And.Contain("Internal:Networks");
    }

    [Fact]
    public async Task A_liveness_that_asks_a_backend_is_an_error()
    {
        await using var server = await StartAsync(static app => app.MapPipelineHealth(), services: static services =>
            services.AddHealthChecks().AddCheck("orders", static () => HealthCheckResult.Healthy(), [HealthTags.Live, HealthTags.Database]));

        (await AskAsync(server, "http.health")).Should().Match<DoctorResult>(static result => result.Status == DoctorStatus.Error && result.Summary.Contains("'orders'"));
    }

    [Theory]
    [InlineData("00:00:00", 30, DoctorStatus.Warning, "*as soon as it is told*")]
    [InlineData("00:00:30", 30, DoctorStatus.Error, "*takes all of*")]
    [InlineData("00:00:15", 30, DoctorStatus.Warning, "*leaves it 00:00:15*")]
    [InlineData("00:00:10", 30, DoctorStatus.Ok, "*")]
    public async Task The_wait_before_the_stop_has_to_leave_room_for_requests_in_flight(string wait, int shutdown, DoctorStatus status, string summary)
    {
        await using var server = await StartAsync(
            static _ => { },
            new() { [Wait] = wait, ["Http:Deadlines:Default"] = "20" },
            services => services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(shutdown)));

        var result = await AskAsync(server, "http.draining");

        result.Status.Should().Be(status);
        result.Summary.Should().Match(summary);
    }

    [Theory]
    [InlineData("http.health", "Http:Health:Timeout", "-00:00:01")]
    [InlineData("http.draining", "Http:Draining:PreStopWait", "-00:00:01")]
    [InlineData("http.metrics-exposure", "Http:Internal:Port", "0")]
    [InlineData("http.metrics-exposure", "Http:Metrics:MaxSeries", "0")]
    public async Task Settings_that_stop_the_start_are_told(string check, string setting, string value)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new(setting, value)]);
        builder.Services.AddPipeline();
        builder.Services.AddPipelineHttp(builder.Configuration.GetSection("Http"));
        await using var app = builder.Build();
        app.MapPipelineMetrics();

        var result = await app.Services.GetServices<IDoctorCheck>().Single(one => string.Equals(one.Name, check, StringComparison.Ordinal)).CheckAsync();

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Should().Contain("Give a value from");
    }

    private static Task<WebServer> StartAsync(Action<WebApplication> map, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null) =>
        WebServer.StartAsync(map, (all, _) => services?.Invoke(all), settings);

    private static async Task<DoctorResult> AskAsync(WebServer server, string name) =>
        await server.Services.GetServices<IDoctorCheck>().Single(check => string.Equals(check.Name, name, StringComparison.Ordinal)).CheckAsync();
}
