using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Health;

/// <summary>V7.</summary>
public sealed class DrainingTests
{
    [Fact]
    public async Task A_server_that_drains_is_not_ready_at_once_and_finishes_what_is_in_flight()
    {
        var (entered, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await WebServer.StartAsync(app =>
        {
            app.MapPipelineHealth();
            app.MapGet("/slow", async context =>
            {
                entered.SetResult();
                await gate.Task;
                await context.Response.WriteAsync("done");
            });
        });
        var slow = server.Client.GetStringAsync("/slow");
        await entered.Task;

        server.App.Lifetime.StopApplication();

        foreach (var path in new[] { "/readyz", "/health/ready", "/healthz", "/health" })
            (await HealthProbe.OfAsync(server, path)).Should().BeEquivalentTo(new { Code = HttpStatusCode.ServiceUnavailable, Status = "draining" });
        (await HealthProbe.OfAsync(server, "/livez")).Code.Should().Be(HttpStatusCode.OK);
        gate.SetResult();
        (await slow).Should().Be("done");
    }

    [Fact]
    public async Task Answers_of_a_server_that_drains_close_their_connection()
    {
        await using var server = await WebServer.StartAsync(static app => app.MapGet("/", static context => context.Response.WriteAsync("here")));
        (await server.Client.GetAsync("/")).Headers.ConnectionClose.Should().NotBe(true);

        server.App.Lifetime.StopApplication();

        (await server.Client.GetAsync("/")).Headers.ConnectionClose.Should().BeTrue();
    }

    [Fact]
    public async Task Requests_are_accepted_during_the_wait_before_the_stop_and_not_after_it()
    {
        await using var server = await WebServer.StartAsync(
            static app =>
            {
                app.MapPipelineHealth();
                app.MapGet("/", static context => context.Response.WriteAsync("here"));
            },
            static (services, _) => services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromMinutes(10)),
            new Dictionary<string, string?> { ["Http:Draining:PreStopWait"] = "00:05:00" });
        using var impatience = new CancellationTokenSource();

        // A host that is stopped by a call rather than by a signal is told the same.
        var stopping = server.App.StopAsync(impatience.Token);

        server.App.Lifetime.ApplicationStopping.IsCancellationRequested.Should().BeTrue();
        (await HealthProbe.OfAsync(server, "/readyz")).Status.Should().Be("draining");
        (await server.Client.GetStringAsync("/")).Should().Be("here");
        stopping.IsCompleted.Should().BeFalse();
        await impatience.CancelAsync();
        await stopping.ContinueWith(static _ => { }, TaskScheduler.Default);
        server.Log.Events.Should().Contain(e => e.Id.Id == 12511, "the wait was cut short");
        await server.Client.Invoking(static client => client.GetAsync("/")).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task A_server_that_is_still_starting_is_not_ready_though_it_answers()
    {
        var early = new EarlyProbe();
        await using var server = await WebServer.StartAsync(
            app =>
            {
                app.MapPipelineHealth();
                early.App = app;
            },
            (services, _) => services.AddSingleton<IHostedService>(early));

        early.Answers.Should().Equal("/livez 200", "/readyz 503 starting", "/healthz 503 starting");
        (await HealthProbe.OfAsync(server, "/readyz")).Code.Should().Be(HttpStatusCode.OK);
    }

    /// <summary>Asks when the server listens, before the application has started.</summary>
    private sealed class EarlyProbe : IHostedLifecycleService
    {
        public List<string> Answers { get; } = [];

        public WebApplication App { get; set; } = null!;

        public async Task StartedAsync(CancellationToken cancellationToken)
        {
            using var client = new HttpClient { BaseAddress = new Uri(App.Urls.First()) };
            foreach (var path in new[] { "/livez", "/readyz", "/healthz" })
            {
                using var response = await client.GetAsync(path, cancellationToken);
                var status = (await response.Content.ReadAsStringAsync(cancellationToken)).Contains("starting", StringComparison.Ordinal) ? " starting" : "";
                Answers.Add($"{path} {(int)response.StatusCode}{status}");
            }
        }

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
