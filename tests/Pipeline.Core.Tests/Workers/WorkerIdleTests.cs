using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerIdleTests
{
    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_worker_ends_at_once_where_there_is_nothing_to_do()
    {
        await using var host = new WorkerHost((_, _) => default);

        await host.Worker.RunUntilIdleAsync();

        host.Queue.Begun("Receive").Should().BeEmpty();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task It_stays_for_retries_and_delayed_messages_and_not_for_dead_letters()
    {
        var handled = new ConcurrentQueue<string>();
        await using var host = new WorkerHost(
            (context, _) =>
            {
                var text = WorkerHost.TextOf(context.Received);
                handled.Enqueue(text);
                return text == "delayed" || (text == "twice" && context.Received.Failures == 1) ? default : throw new InvalidOperationException("It failed.");
            },
            options => options.RetrySchedule = [TimeSpan.FromSeconds(30)],
            queue => queue.MaxDeliveries = 2);
        await host.EnqueueAsync("twice", "dead");
        await host.Queue.EnqueueAsync(new QueueMessage(WorkerHost.Message("delayed").Body) { Delay = TimeSpan.FromMinutes(10) });

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync(), TimeSpan.FromSeconds(1));

        handled.Should().BeEquivalentTo("twice", "twice", "dead", "dead", "delayed");
        var stats = await host.StatsAsync();
        (stats.Depth, stats.Dead).Should().Be((0, 1));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task It_stays_for_follow_ups_on_its_own_queue()
    {
        var handling = new Tally();
        await using var host = new WorkerHost((context, _) =>
        {
            if (handling.Enter() < 100)
            {
                context.FollowUp(new QueueFollowUp(WorkerHost.QueueName, WorkerHost.Message("next")));
            }

            return default;
        });
        await host.EnqueueAsync("first");

        await host.Worker.RunUntilIdleAsync();

        handling.Count.Should().Be(100);
        (await host.StatsAsync()).TotalCompleted.Should().Be(100);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task It_sees_within_a_second_that_another_has_finished_the_rest()
    {
        var handling = new Tally();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new WorkerHost(async (_, _) =>
        {
            handling.Enter();
            await gate.Task;
        });
        await host.EnqueueAsync("a", "b");
        var other = await host.TakeAsync(1);

        var done = host.Worker.RunUntilIdleAsync();
        await host.Queue.BegunAsync("Receive", 2);
        gate.SetResult();
        await host.Queue.BegunAsync("Receive", 3);
        done.IsCompleted.Should().BeFalse();
        await host.Queue.Inner.CompleteAsync(other[0].Receipt);
        await host.PumpUntilAsync(done);

        handling.Count.Should().Be(1);
        host.Queue.Begun("Receive").Should().OnlyContain(call => call.Items.Contains(TimeSpan.FromSeconds(1)));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_worker_that_does_not_end_when_idle_asks_no_more_than_twice_a_minute()
    {
        await using var host = new WorkerHost((_, _) => default);

        host.Start();
        await host.Queue.BegunAsync("Receive");

        host.Queue.Begun("Receive").Should().ContainSingle().Which.Items.Should().Equal(TimeSpan.FromSeconds(30));
        host.Queue.Begun("GetStats").Should().BeEmpty();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task It_takes_over_what_another_has_left_behind()
    {
        var handled = new ConcurrentQueue<string>();
        await using var host = new WorkerHost((context, _) =>
        {
            handled.Enqueue(WorkerHost.TextOf(context.Received));
            return default;
        });
        await host.EnqueueAsync("a");
        (await host.Queue.Inner.ReceiveAsync(1, TimeSpan.FromSeconds(30), TimeSpan.Zero)).Should().ContainSingle();

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync(), TimeSpan.FromSeconds(1));

        handled.Should().Equal("a");
        (await host.StatsAsync()).TotalCrashes.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Two_workers_on_one_queue_both_end()
    {
        var handled = new ConcurrentQueue<string>();
        await using var host = new WorkerHost(
            async (context, _) =>
            {
                await Task.Yield();
                handled.Enqueue(WorkerHost.TextOf(context.Received));
            },
            declare: builder => builder.AddWorker<DelegateHandler>(WorkerHost.QueueName, WorkerHost.LongLease, name: "second"));
        await host.EnqueueAsync(Enumerable.Range(0, 1_000).Select(i => $"{i}"));

        await host.PumpUntilAsync(Task.WhenAll(host.Worker.RunUntilIdleAsync(), host.WorkerOf("second").RunUntilIdleAsync()));

        handled.Should().HaveCount(1_000).And.OnlyHaveUniqueItems();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task It_can_be_stopped_earlier()
    {
        var handling = new Tally();
        await using var host = new WorkerHost((_, _) =>
        {
            handling.Enter();
            return default;
        });
        await host.Queue.EnqueueAsync(new QueueMessage(default) { Delay = TimeSpan.FromDays(1) });
        using var stopping = new CancellationTokenSource();

        var done = host.Worker.RunUntilIdleAsync(stopping.Token);
        await host.Queue.BegunAsync("Receive");
        await stopping.CancelAsync();
        await done;

        handling.Count.Should().Be(0);
    }
}
