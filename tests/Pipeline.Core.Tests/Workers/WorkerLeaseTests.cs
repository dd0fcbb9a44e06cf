using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerLeaseTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Renewal = Lease / 3;

    private readonly Tally _handling = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_handler_that_takes_longer_than_the_lease_keeps_its_message()
    {
        await using var host = new WorkerHost(HoldAsync, options => options.Lease = Lease);
        await host.EnqueueAsync("a");
        host.Start();
        await _handling.ReachedAsync(1);

        for (var renewal = 1; renewal <= 10; renewal++)
        {
            await host.Clock.TimerSetAsync(Renewal);
            host.Clock.Advance(Renewal);
            await host.Queue.EndedAsync("Renew", renewal);
        }

        (await host.TakeAsync()).Should().BeEmpty();
        _gate.SetResult();
        await host.Queue.EndedAsync("Complete");
        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.TotalCrashes).Should().Be((1, 0));
        _handling.Count.Should().Be(1);
        _cancelled.Task.IsCompleted.Should().BeFalse();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Prefetched_messages_are_renewed_in_the_same_call()
    {
        await using var host = new WorkerHost(HoldAsync, options => (options.Lease, options.Concurrency, options.Prefetch) = (Lease, 1, 4));
        await host.EnqueueAsync("a", "b", "c", "d", "e");
        host.Start();
        await host.Queue.EndedForAsync("Receive", 5);
        await _handling.ReachedAsync(1);

        await host.Clock.TimerSetAsync(Renewal);
        host.Clock.Advance(Renewal);
        await host.Queue.EndedAsync("Renew");

        host.Queue.Ended("Renew").Should().ContainSingle().Which.Count.Should().Be(5);
        _gate.SetResult();
        await host.Queue.EndedForAsync("Complete", 5);
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_lease_cancels_the_handler_and_what_it_then_does_harms_nobody(bool heeds)
    {
        await using var host = new WorkerHost(
            heeds ? HoldUntilCancelledAsync : HoldAsync,
            options => (options.Lease, options.Concurrency, options.Prefetch) = (Lease, 1, 0),
            queue => queue.MaxDeliveries = 2);
        await host.EnqueueAsync("a");
        host.Start();
        await _handling.ReachedAsync(1);

        var others = await LoseLeaseAsync(host);
        await _cancelled.Task;
        _gate.SetResult();
        while (!host.Logs.Entries.Any(entry => entry.Id == 2023))
        {
            // A stop whose grace time the test lets pass would not wait for it.
            await Task.Yield();
        }

        host.Stop();
        await host.PumpUntilAsync(host.Running);
        others.Should().ContainSingle().Which.Deliveries.Should().Be(2);
        (await host.Queue.Inner.CompleteAsync([new QueueCompletion(others[0].Receipt)])).Should().BeEmpty("the other consumer still has its lease");
        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.TotalFailures, stats.TotalCrashes, stats.Dead).Should().Be((1, 0, 1, 0));
        host.Queue.Begun("Abandon").Should().BeEmpty();
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 2023);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_lease_that_could_not_be_renewed_in_time_counts_as_lost()
    {
        await using var host = new WorkerHost(HoldUntilCancelledAsync, options => options.Lease = Lease);
        host.Queue.Before = call => call.Is("Renew") ? throw new BackendUnavailableException("Test", "renew") : Task.CompletedTask;
        await host.EnqueueAsync("a");
        host.Start();
        await _handling.ReachedAsync(1);

        await host.Clock.TimerSetAsync(Renewal);
        host.Clock.Advance(Renewal);
        await host.Queue.BegunAsync("Renew", 1);
        host.Clock.Advance(Renewal);
        await host.Queue.BegunAsync("Renew", 2);
        _cancelled.Task.IsCompleted.Should().BeFalse("the lease has not run out yet");
        host.Clock.Advance(Renewal);

        await _cancelled.Task;
        host.Queue.Begun("Abandon").Should().BeEmpty();
    }

    // The backend cannot be reached for a lease; when it can again, another consumer has the message.
    private static async Task<IReadOnlyList<ReceivedMessage>> LoseLeaseAsync(WorkerHost host)
    {
        var renewed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Queue.Before = call => call.Is("Renew") ? renewed.Task : Task.CompletedTask;
        await host.Clock.TimerSetAsync(Renewal);
        host.Clock.Advance(Renewal);
        await host.Queue.BegunAsync("Renew");
        host.Queue.Before = _ => Task.CompletedTask;

        var other = host.Queue.Inner.ReceiveAsync(1, QueueLimits.MaxLease, Timeout.InfiniteTimeSpan);
        host.Clock.Advance(Lease);
        var taken = await other;
        renewed.SetResult();
        await host.Queue.EndedAsync("Renew");
        return taken;
    }

    private async ValueTask HoldAsync(MessageContext context, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(_ => _cancelled.TrySetResult(), null);
        _handling.Enter();
        await _gate.Task;
    }

    private async ValueTask HoldUntilCancelledAsync(MessageContext context, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(_ => _cancelled.TrySetResult(), null);
        _handling.Enter();
        await _cancelled.Task;
        cancellationToken.ThrowIfCancellationRequested();
    }
}
