using System.Net;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Pipeline.RequestLimits;
using Pipeline.TestSupport;
using Xunit;

namespace Pipeline.Idempotency;

/// <summary>Issue 7, item 3: of requests with one key one runs, on any replica, and goes on when its caller does not wait.</summary>
public sealed class IdempotentWorkTests
{
    private readonly IdempotentApplication _application = new();

    [Fact]
    public async Task A_caller_that_goes_away_does_not_stop_the_work()
    {
        var (arrived, mayEnd) = (Signal(), Signal());
        await using var server = await _application.StartAsync(wait: async token =>
        {
            arrived.TrySetResult();
            await mayEnd.Task.WaitAsync(token);
        });
        using var raw = await RawClient.ConnectAsync(server.EndPoint);
        await raw.SendAsync(RawClient.Post("/slow", "[1]", "Content-Type: application/json; charset=utf-8\r\nIdempotency-Key: k1\r\n"));
        await arrived.Task;

        raw.Dispose();
        await Waiting.UntilAsync(
            () => Task.FromResult(server.Log.Events.Any(entry => entry.Text.Contains("FIN", StringComparison.Ordinal) || entry.Text.Contains("reset", StringComparison.Ordinal))),
            "the server to see that the caller is gone");
        mayEnd.SetResult();
        HttpResponseMessage again;
        while ((again = await IdempotentApplication.PostAsync(server, "/slow", "k1")).StatusCode == HttpStatusCode.Conflict)
            again.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));

        again.StatusCode.Should().Be(HttpStatusCode.OK);
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        _application.Runs.Should().Be(1);
    }

    [Fact]
    public async Task The_deadline_stops_the_work_and_a_repeat_runs()
    {
        var clock = new ManualTimeProvider();
        var arrived = Signal();
        await using var server = await _application.StartAsync(
            wait: async token =>
            {
                arrived.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            },
            services: services => services.AddSingleton<TimeProvider>(clock),
            settings: new Dictionary<string, string?> { ["Http:Deadlines:Default"] = "10" });

        var first = IdempotentApplication.PostAsync(server, "/slow", "k1");
        await arrived.Task;
        clock.Advance(TimeSpan.FromSeconds(10));
        (await first).StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);

        arrived = Signal();
        var second = IdempotentApplication.PostAsync(server, "/slow", "k1");
        await arrived.Task;
        clock.Advance(TimeSpan.FromSeconds(10));
        (await second).StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        _application.Runs.Should().Be(2);
    }

    [Theory]
    [InlineData(BackendKind.Memory)]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task Of_simultaneous_requests_to_all_replicas_one_runs_and_the_others_are_told_to_wait(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        var (arrived, mayEnd) = (Signal(), Signal());
        async Task Wait(CancellationToken token)
        {
            arrived.TrySetResult();
            await mayEnd.Task.WaitAsync(token);
        }

        await using var one = await _application.StartAsync(Wait, backend.Use);
        await using var two = kind == BackendKind.Memory ? null : await _application.StartAsync(Wait, backend.Use);
        var servers = new[] { one, two ?? one };

        var asked = Enumerable.Range(0, 8).Select(i => IdempotentApplication.PostAsync(servers[i % 2], "/slow", "k1")).ToList();
        await arrived.Task;
        var waiting = new List<HttpResponseMessage>();
        while (waiting.Count < 7)
        {
            var done = await Task.WhenAny(asked);
            asked.Remove(done);
            waiting.Add(await done);
        }

        mayEnd.SetResult();
        var answer = await asked.Single();
        var repeats = await Task.WhenAll(servers.Select(server => IdempotentApplication.PostAsync(server, "/slow", "k1")));

        waiting.Should().OnlyContain(response => response.StatusCode == HttpStatusCode.Conflict && response.Headers.RetryAfter != null);
        (await waiting[0].Content.ReadAsStringAsync()).Should().Contain("idempotency-in-progress");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        repeats.Should().OnlyContain(response => response.StatusCode == HttpStatusCode.OK && response.Headers.Contains("Idempotency-Replayed"));
        _application.Runs.Should().Be(1);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
