using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerFollowUpTests
{
    private const string Summaries = "summaries";
    private const int Neighbours = 8;

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData("undeclared", 1, "No queue is named 'undeclared'*Declare it with AddQueue*")]
    [InlineData(Summaries, 11, "The body is 11 bytes long; queue 'summaries' takes 10.*")]
    public async Task A_follow_up_that_no_queue_takes_fails_its_own_message_and_not_its_neighbours(string queue, int length, string reason)
    {
        var handling = new Tally();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new WorkerHost(
            (context, _) =>
            {
                var isBad = WorkerHost.TextOf(context.Received) == "bad";
                context.FollowUp(isBad
                    ? new QueueFollowUp(queue, new QueueMessage(new byte[length]))
                    : new QueueFollowUp(Summaries, new QueueMessage(new byte[1])));
                handling.Enter();
                return default;
            },
            options => options.Concurrency = Neighbours + 1,
            options => options.MaxDeliveries = 1,
            builder => builder.AddQueue(Summaries, options => options.MaxBodyBytes = 10));
        host.Queue.Before = call => call.Is("Complete") ? gate.Task : Task.CompletedTask;
        await host.EnqueueAsync(["a", "b", "c", "bad", "d", "e", "f", "g", "h"]);

        var done = host.Worker.RunUntilIdleAsync();
        await handling.ReachedAsync(Neighbours + 1);
        gate.SetResult();
        await done;

        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.Dead).Should().Be((Neighbours, 1));
        (await host.StatsAsync(Summaries)).TotalEnqueued.Should().Be(Neighbours);
        var letter = (await host.DeadLettersAsync()).Should().ContainSingle().Subject;
        letter.Attempts.Should().ContainSingle().Which.Error!.Message.Should().Match(reason);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Follow_ups_of_a_completion_whose_lease_was_lost_are_not_added()
    {
        var handling = new Tally();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new WorkerHost(
            async (context, _) =>
            {
                handling.Enter();
                context.FollowUp(new QueueFollowUp(Summaries, WorkerHost.Message("short")));
                await gate.Task;
            },
            options => (options.Concurrency, options.Prefetch, options.Lease) = (1, 0, TimeSpan.FromSeconds(30)),
            declare: builder => builder.AddQueue(Summaries));
        host.Queue.Before = call => call.Is("Renew") ? throw new Backends.BackendUnavailableException("Test", "renew") : Task.CompletedTask;
        await host.EnqueueAsync("a");
        host.Start();
        await handling.ReachedAsync(1);

        host.Clock.Advance(TimeSpan.FromSeconds(30));
        (await host.TakeAsync()).Should().ContainSingle();
        gate.SetResult();
        await host.Queue.EndedAsync("Complete");

        (await host.StatsAsync(Summaries)).TotalEnqueued.Should().Be(0);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task What_a_failed_attempt_left_is_not_sent_by_the_one_that_succeeds()
    {
        var handling = new Tally();
        await using var host = new WorkerHost(
            (context, _) =>
            {
                var attempt = handling.Enter();
                context.FollowUp(new QueueFollowUp(Summaries, WorkerHost.Message($"of attempt {attempt}")));
                return attempt == 1 ? throw new InvalidOperationException("It failed.") : default;
            },
            options => options.RetryDelay = TimeSpan.Zero,
            declare: builder => builder.AddQueue(Summaries));
        await host.EnqueueAsync("a");

        await host.Worker.RunUntilIdleAsync();

        var sent = await host.QueueOf(Summaries).Inner.ReceiveAsync(10, QueueLimits.MaxLease, TimeSpan.Zero);
        sent.Select(WorkerHost.TextOf).Should().Equal("of attempt 2");
    }
}
