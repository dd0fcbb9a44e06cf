using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Limited steps behind workers, as a suite is used.</summary>
public sealed class StepLimitWorkerTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_message_that_a_limited_step_refuses_is_deferred_to_the_retry_after_and_runs_then()
    {
        var ran = new ConcurrentQueue<string>();
        await using var host = HostOf(ran, RateLimitRule.SlidingWindow(2, Minute), maxWait: TimeSpan.Zero);
        var queue = host.TypedQueueOf<Document>(WorkerHost.QueueName);
        foreach (var name in new[] { "a", "b", "c" })
        {
            await queue.EnqueueAsync(new Document(name));
        }

        host.Start();
        await host.Queue.EndedAsync("Abandon");
        var deferral = host.Queue.Ended("Abandon")[0].Items.Should().ContainSingle().Which.Should().BeOfType<QueueAbandonment>().Subject;
        (await host.StatsAsync()).Delayed.Should().Be(1);
        ran.Should().Equal("a", "b");
        host.Clock.Advance(deferral.Delay);
        await host.Queue.EndedForAsync("Complete", 3);

        (deferral.Reason, deferral.Delay).Should().Be((AbandonReason.Deferred, Minute));
        ran.Should().Equal("a", "b", "c");
        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.TotalFailures, stats.Dead).Should().Be((3, 0, 0));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_refusal_that_is_over_soon_is_waited_for_in_place()
    {
        var ran = new ConcurrentQueue<string>();
        await using var host = HostOf(ran, RateLimitRule.TokenBucket(1, TimeSpan.FromSeconds(3)), maxWait: TimeSpan.FromSeconds(5));
        var queue = host.TypedQueueOf<Document>(WorkerHost.QueueName);
        await queue.EnqueueAsync(new Document("a"));
        await queue.EnqueueAsync(new Document("b"));

        var done = host.Worker.RunUntilIdleAsync();
        await host.Clock.TimerSetAsync(TimeSpan.FromSeconds(3));
        ran.Should().ContainSingle();
        host.Clock.Advance(TimeSpan.FromSeconds(3));
        await done;

        ran.Should().Equal("a", "b");
        host.Queue.Begun("Abandon").Should().BeEmpty();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_message_is_limited_as_its_producers_tenant()
    {
        var ran = new ConcurrentQueue<string>();
        await using var host = HostOf(ran, RateLimitRule.SlidingWindow(1, Minute), maxWait: TimeSpan.Zero);
        var queue = host.TypedQueueOf<Document>(WorkerHost.QueueName);
        foreach (var tenant in new[] { "acme", "acme", "other" })
        {
            using var call = CallContext.Use(new CallContext { Tenant = tenant });
            await queue.EnqueueAsync(new Document(tenant));
        }

        host.Start();
        await host.Queue.EndedAsync("Complete", 2);
        await host.Queue.EndedAsync("Abandon");

        ran.Should().BeEquivalentTo("acme", "other");
    }

    private static WorkerHost HostOf(ConcurrentQueue<string> ran, RateLimitRule rule, TimeSpan maxWait) => new(builder => builder
        .AddQueue<Document>(WorkerHost.QueueName)
        .AddRateLimitRule("documents", rule)
        .AddStep<Document, int>(
            "read",
            (document, _, _) =>
            {
                ran.Enqueue(document.Name);
                return new(1);
            },
            step => step.Limit("documents", Partition.Tenant))
        .AddStepWorker(WorkerHost.QueueName, "read", WorkerHost.LongLease + (options =>
        {
            options.Concurrency = 1;
            options.MaxRateLimitWait = maxWait;
        })));
}
