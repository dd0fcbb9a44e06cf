using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerRateLimitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_refusal_that_is_over_soon_is_waited_for_in_place()
    {
        var handling = new Tally();
        await using var host = new WorkerHost(
            (_, _) => handling.Enter() == 1 ? throw Refusal(Second * 3) : default, options => options.MaxRateLimitWait = Second * 3);
        await host.EnqueueAsync("a");

        var done = host.Worker.RunUntilIdleAsync();
        await host.Clock.TimerSetAsync(Second * 3);
        handling.Count.Should().Be(1);
        (await host.StatsAsync()).Leased.Should().Be(1);
        host.Clock.Advance(Second * 3);
        await done;

        handling.Count.Should().Be(2);
        host.Queue.Begun("Abandon").Should().BeEmpty();
        host.Queue.Ended("Receive").Sum(call => call.Count).Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Waits_in_place_add_up_and_what_would_exceed_the_longest_is_deferred()
    {
        var received = new List<(int Deliveries, int Failures, int Crashes)>();
        await using var host = new WorkerHost(
            (context, _) =>
            {
                received.Add((context.Received.Deliveries, context.Received.Failures, context.Received.Crashes));
                return received.Count <= 3 ? throw Refusal(Second * 2) : default;
            },
            options => options.MaxRateLimitWait = Second * 5);
        await host.EnqueueAsync("a");

        var done = host.Worker.RunUntilIdleAsync();
        await host.Clock.TimerSetAsync(Second * 2);
        host.Clock.Advance(Second * 2);
        await host.Clock.TimerSetAsync(Second * 2, count: 2);
        host.Clock.Advance(Second * 2);
        await host.Queue.EndedAsync("Abandon");
        Deferral(host).Delay.Should().Be(Second * 2);
        host.Clock.Advance(Second * 2);
        await done;

        received.Should().Equal((1, 0, 0), (1, 0, 0), (1, 0, 0), (1, 0, 0));
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(0, 1)]
    [InlineData(5, 6)]
    public async Task A_refusal_that_lasts_longer_defers_the_message_at_once_and_charges_nothing(int wait, int retryAfter)
    {
        var handling = new Tally();
        await using var host = new WorkerHost(
            (_, _) => handling.Enter() == 1 ? throw Refusal(Second * retryAfter) : default, options => options.MaxRateLimitWait = Second * wait);
        await host.EnqueueAsync("a");

        host.Start();
        await host.Queue.EndedAsync("Abandon");

        Deferral(host).Delay.Should().Be(Second * retryAfter);
        host.Clock.Advance((Second * retryAfter) - TimeSpan.FromMilliseconds(1));
        (await host.StatsAsync()).Delayed.Should().Be(1);
        host.Stop();
        await host.PumpUntilAsync(host.Running);
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var again = (await host.TakeAsync()).Should().ContainSingle().Subject;
        (again.Deliveries, again.Failures, again.Crashes).Should().Be((1, 0, 0));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_refusal_for_ever_defers_for_the_longest_delay()
    {
        await using var host = new WorkerHost((_, _) => throw Refusal(TimeSpan.MaxValue));
        await host.EnqueueAsync("a");

        host.Start();
        await host.Queue.EndedAsync("Abandon");

        Deferral(host).Delay.Should().Be(QueueLimits.MaxDelay);
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(5)]
    [InlineData(0)]
    public async Task A_chain_resumes_at_the_step_that_was_refused_whether_it_waited_or_was_deferred(int wait)
    {
        var reads = new Tally();
        var embeds = new Tally();
        var stored = new List<string>();
        await using var host = new WorkerHost(builder => builder
            .AddQueue<Document>(WorkerHost.QueueName)
            .AddChain<Document>("ingest", chain => chain
                .Then("read", (item, _, _) => new(ChainResult.Continue(item with { Text = $"read {reads.Enter()}" })))
                .Then("embed", (item, _, _) => embeds.Enter() == 1 ? throw Refusal(Second * 2) : new(ChainResult.Continue(item)))
                .Then("store", (item, _, _) =>
                {
                    stored.Add(item.Text);
                    return new(ChainResult.Continue(item));
                }))
            .AddWorker(WorkerHost.QueueName, "ingest", WorkerHost.LongLease + (options => options.MaxRateLimitWait = Second * wait)));
        await host.TypedQueueOf<Document>(WorkerHost.QueueName).EnqueueAsync(new Document("a"));

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync());

        stored.Should().Equal("read 1");
        (reads.Count, embeds.Count).Should().Be((1, 2));
        (await host.StatsAsync()).TotalFailures.Should().Be(0);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_checkpoint_from_before_a_wait_in_place_is_kept_if_the_attempt_then_fails()
    {
        var steps = new List<string?>();
        await using var host = new WorkerHost(
            (context, _) =>
            {
                steps.Add(context.Received.Checkpoint?.Step);
                if (steps.Count == 1)
                {
                    context.Checkpoint = new MessageCheckpoint("embed", default);
                    throw Refusal(Second);
                }

                return steps.Count == 2 ? throw new InvalidOperationException("It failed.") : default;
            },
            options => options.RetryDelay = TimeSpan.Zero);
        await host.EnqueueAsync("a");

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync());

        steps.Should().Equal(null, "embed", "embed");
    }

    private static RateLimitRejectedException Refusal(TimeSpan retryAfter) =>
        new(RateLimitDecision.Denied(RateLimitRule.Unlimited, dimension: 0, remaining: 0, retryAfter, retryAfter));

    private static QueueAbandonment Deferral(WorkerHost host)
    {
        var abandonment = host.Queue.Ended("Abandon")[^1].Items.Should().ContainSingle().Which.Should().BeOfType<QueueAbandonment>().Subject;
        abandonment.Reason.Should().Be(AbandonReason.Deferred);
        return abandonment;
    }
}
