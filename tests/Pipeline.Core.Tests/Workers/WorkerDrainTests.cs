using System.Collections.Concurrent;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerDrainTests
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Tally _handling = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task What_has_not_started_goes_back_at_once_in_its_order_and_what_runs_is_finished()
    {
        const int Messages = 100;
        const int Concurrency = 4;
        const int Prefetch = 16;
        await using var host = new WorkerHost(
            async (_, _) =>
            {
                _handling.Enter();
                await _gate.Task;
            },
            options => (options.Concurrency, options.Prefetch) = (Concurrency, Prefetch));
        var handled = Enumerable.Range(0, Messages).Select(i => $"{i}").ToList();
        await host.EnqueueAsync(handled);
        host.Start();
        await host.Queue.EndedForAsync("Receive", Concurrency + Prefetch);
        await _handling.ReachedAsync(Concurrency);

        host.Stop();
        await host.Queue.EndedAsync("Abandon");

        host.Running.IsCompleted.Should().BeFalse();
        host.Queue.Ended("Abandon").Should().ContainSingle("what was not started goes back in one call").Which.Count.Should().Be(Prefetch);
        (await host.StatsAsync()).Leased.Should().Be(Concurrency);
        _gate.SetResult();
        await host.Running;
        var stats = await host.StatsAsync();
        (stats.Ready, stats.TotalCompleted, stats.TotalFailures, stats.TotalCrashes).Should().Be((Messages - Concurrency, Concurrency, 0, 0));
        var rest = await host.TakeAsync();
        rest.Select(WorkerHost.TextOf).Should().Equal(handled.Skip(Concurrency));
        rest.Should().OnlyContain(message => message.Deliveries == 1 && message.Failures == 0 && message.Crashes == 0);
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData("its cancellation")]
    [InlineData("another exception")]
    public async Task Handlers_that_do_not_finish_in_time_are_cancelled_and_their_messages_given_back_uncharged(string thrown)
    {
        await using var host = new WorkerHost(
            async (_, token) =>
            {
                var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var registration = token.UnsafeRegister(_ => cancelled.SetResult(), null);
                _handling.Enter();
                await cancelled.Task;
                throw thrown == "its cancellation" ? new OperationCanceledException(token) : new IOException("The connection was closed.");
            },
            options => (options.Concurrency, options.DrainTimeout) = (3, DrainTimeout));
        await host.EnqueueAsync("a", "b", "c");
        host.Start();
        await _handling.ReachedAsync(3);

        host.Stop();
        await host.Clock.TimerSetAsync(DrainTimeout);
        host.Clock.Advance(DrainTimeout);
        await host.Running;

        var stats = await host.StatsAsync();
        (stats.Ready, stats.Leased, stats.TotalFailures, stats.TotalCrashes).Should().Be((3, 0, 0, 0));
        (await host.TakeAsync()).Should().HaveCount(3).And.OnlyContain(message => message.Deliveries == 1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Handlers_that_ignore_their_cancellation_hold_nobody_up_and_end_without_harm()
    {
        var unobserved = new ConcurrentQueue<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, e) => unobserved.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += note;
        await using var host = new WorkerHost(
            async (context, _) =>
            {
                _handling.Enter();
                await _gate.Task;
                if (WorkerHost.TextOf(context.Received) == "b")
                {
                    throw new InvalidOperationException("The orphan fails.");
                }
            },
            options => (options.Concurrency, options.DrainTimeout) = (2, DrainTimeout));
        await host.EnqueueAsync("a", "b");
        host.Start();
        await _handling.ReachedAsync(2);

        host.Stop();
        await host.Clock.TimerSetAsync(DrainTimeout);
        host.Clock.Advance(DrainTimeout);
        await host.Clock.TimerSetAsync(Grace);
        host.Clock.Advance(Grace);
        await host.Running;

        var others = await host.TakeAsync();
        others.Should().HaveCount(2).And.OnlyContain(message => message.Deliveries == 1 && message.Failures == 0);
        _gate.SetResult();
        await LoggedAsync(host, eventId: 2013, count: 2);
        host.Queue.Begun("Complete").Should().BeEmpty();
        (await host.Queue.Inner.CompleteAsync([.. others.Select(o => new QueueCompletion(o.Receipt))])).Should().BeEmpty();
        host.Logs.Entries.Should().NotContain(entry => entry.Id == 2020 || entry.Id == 2021, "an orphan's end says nothing of its message");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= note;
        unobserved.Where(e => e.ToString().Contains("Pipeline.Workers", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task No_time_for_draining_gives_back_at_once()
    {
        await using var host = new WorkerHost(
            async (_, token) =>
            {
                _handling.Enter();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            },
            options => options.DrainTimeout = TimeSpan.Zero);
        await host.EnqueueAsync("a");
        host.Start();
        await _handling.ReachedAsync(1);

        host.Stop();
        await host.Running;

        (await host.TakeAsync()).Should().ContainSingle().Which.Deliveries.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_backend_that_is_away_while_the_worker_drains_does_not_hold_it_for_ever()
    {
        await using var host = new WorkerHost(
            async (_, _) =>
            {
                _handling.Enter();
                await _gate.Task;
            },
            options => (options.Concurrency, options.Prefetch) = (1, 3));
        await host.EnqueueAsync("a", "b", "c", "d");
        host.Start();
        await host.Queue.EndedForAsync("Receive", 4);
        await _handling.ReachedAsync(1);
        host.Queue.Before = _ => throw new BackendUnavailableException("Test", "settle");

        host.Stop();
        _gate.SetResult();
        await host.PumpUntilAsync(host.Running, TimeSpan.FromMilliseconds(100));

        (await host.StatsAsync()).Leased.Should().Be(4, "their leases run out, and they come again");
        await LoggedAsync(host, eventId: 2004);
        await LoggedAsync(host, eventId: 2013);
        host.Logs.Entries.Should().NotContain(entry => entry.Id == 2020 || entry.Id == 2021, "nothing has failed");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_handler_that_waits_for_a_rate_limit_is_cut_short_and_its_message_deferred()
    {
        var refusal = RateLimiting.RateLimitDecision.Denied(
            RateLimiting.RateLimitRule.Unlimited, dimension: 0, remaining: 0, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5));
        await using var host = new WorkerHost(
            (_, _) => throw new RateLimiting.RateLimitRejectedException(refusal),
            options => (options.MaxRateLimitWait, options.DrainTimeout) = (TimeSpan.FromMinutes(10), DrainTimeout));
        await host.EnqueueAsync("a");
        host.Start();
        await host.Clock.TimerSetAsync(TimeSpan.FromMinutes(5));

        host.Stop();
        await host.Clock.TimerSetAsync(DrainTimeout);
        host.Clock.Advance(DrainTimeout);
        await host.Running;

        var stats = await host.StatsAsync();
        (stats.Delayed, stats.TotalFailures, stats.TotalCrashes).Should().Be((1, 0, 0));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Draining_under_load_loses_nothing_doubles_nothing_and_charges_nothing()
    {
        const int Messages = 5_000;
        var handled = new ConcurrentQueue<string>();
        await using var host = new WorkerHost(
            async (context, _) =>
            {
                await Task.Yield();
                handled.Enqueue(WorkerHost.TextOf(context.Received));
                _handling.Enter();
            },
            options => (options.Concurrency, options.Prefetch) = (8, 32));
        await host.EnqueueAsync(Enumerable.Range(0, Messages).Select(i => $"{i}"));

        for (var stop = 1; stop <= 10; stop++)
        {
            using var stopping = new CancellationTokenSource();
            var running = host.Worker.RunAsync(stopping.Token);
            await _handling.ReachedAsync(stop * 100);
            await stopping.CancelAsync();
            await running;
            (await host.StatsAsync()).Leased.Should().Be(0);
        }

        await host.Worker.RunUntilIdleAsync();
        handled.Should().HaveCount(Messages).And.OnlyHaveUniqueItems();
        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.TotalFailures, stats.TotalCrashes, stats.Depth).Should().Be((Messages, 0, 0, 0));
    }

    // What outlives the run may tell of its end a little later.
    private static async Task LoggedAsync(WorkerHost host, int eventId, int count = 1)
    {
        while (host.Logs.Entries.Count(entry => entry.Id == eventId) < count)
        {
            await Task.Yield();
        }
    }
}
