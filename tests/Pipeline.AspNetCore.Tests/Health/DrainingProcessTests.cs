using System.Net;
using System.Text;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Redis.Servers;
using Xunit;

namespace Pipeline.Health;

/// <summary>V7, C4: what SIGTERM does to a server under load, and to its worker.</summary>
public sealed class DrainingProcessTests : IAsyncLifetime
{
    private const string Prefix = "draining";
    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _redis = await RedisServer.StartAsync();

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task Not_one_request_fails_that_a_load_balancer_sends_until_it_sees_the_drain()
    {
        const int Clients = 32;
        await using var server = await DrainingServer.StartAsync(_redis.Address, Prefix, preStopWait: 3, drainTimeout: 5);
        using var routed = new CancellationTokenSource();
        var answers = 0;
        var load = Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            while (!routed.IsCancellationRequested)
            {
                using var response = await server.Client.PostAsync("/work", new StringContent("{}", Encoding.UTF8, "application/json"));
                response.EnsureSuccessStatusCode();
                (await response.Content.ReadAsStringAsync()).Should().Be("done");
                Interlocked.Increment(ref answers);
            }
        })).ToArray();
        await AnswersReachedAsync(200);

        server.Terminate();
        await Waiting.UntilAsync(
            async () => (await server.Client.GetAsync("/readyz")).StatusCode == HttpStatusCode.ServiceUnavailable, "readiness to say that the server drains");
        await AnswersReachedAsync(Volatile.Read(ref answers) + 200);
        await routed.CancelAsync();
        await Task.WhenAll(load);
        await server.EndedAsync();

        Task AnswersReachedAsync(int count) => Waiting.UntilAsync(() => Task.FromResult(Volatile.Read(ref answers) >= count), "requests to be answered");
    }

    [Fact]
    public async Task Without_a_wait_what_is_in_flight_is_answered_and_the_process_ends()
    {
        await using var server = await DrainingServer.StartAsync(_redis.Address, Prefix, preStopWait: 0, drainTimeout: 5);
        var slow = server.Client.GetStringAsync("/slow");
        await server.SaidAsync("slow");

        server.Terminate();

        (await slow).Should().Be("done");
        await server.EndedAsync();
    }

    [Fact]
    public async Task A_worker_finishes_the_message_that_it_handles_and_gives_back_the_others()
    {
        await using var queues = new ServiceCollection().AddPipeline().UseRedis(_redis.ClientOptions(), configure: redis => redis.KeyPrefix = Prefix)
            .AddQueue("work").Services.BuildServiceProvider();
        var queue = queues.GetRequiredKeyedService<IQueue>("work");
        await queue.EnqueueAsync([Message("1500"), Message("1"), Message("2")]);
        await using var server = await DrainingServer.StartAsync(_redis.Address, Prefix, preStopWait: 30, drainTimeout: 20);
        await server.SaidAsync("begun 1500");

        server.Terminate();

        // During the wait before the stop, not after it.
        await Waiting.UntilAsync(async () => (await queue.GetStatsAsync()) is { Ready: 2, Leased: 0, TotalCompleted: 1 }, "the worker to drain");
        server.Said.Should().Contain("ended 1500").And.NotContain("begun 1");
        (await queue.GetStatsAsync()).Should().BeEquivalentTo(new { Dead = 0L, TotalFailures = 0L, TotalCrashes = 0L });
    }

    [Fact]
    public async Task A_worker_gives_back_uncharged_what_it_cannot_finish_in_time()
    {
        await using var queues = new ServiceCollection().AddPipeline().UseRedis(_redis.ClientOptions(), configure: redis => redis.KeyPrefix = Prefix)
            .AddQueue("work").Services.BuildServiceProvider();
        var queue = queues.GetRequiredKeyedService<IQueue>("work");
        await queue.EnqueueAsync(Message("600000"));
        await using var server = await DrainingServer.StartAsync(_redis.Address, Prefix, preStopWait: 0, drainTimeout: 0.2);
        await server.SaidAsync("begun 600000");

        server.Terminate();
        await server.EndedAsync();

        server.Said.Should().NotContain("ended 600000");
        (await queue.GetStatsAsync()).Should().BeEquivalentTo(new { Ready = 1L, Leased = 0L, Dead = 0L, TotalFailures = 0L, TotalCrashes = 0L });
    }

    private static QueueMessage Message(string text) => new(Encoding.UTF8.GetBytes(text));
}
