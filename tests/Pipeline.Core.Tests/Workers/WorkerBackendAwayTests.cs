using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerBackendAwayTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData("Receive", 2010)]
    [InlineData("Complete", 2012)]
    public async Task A_call_that_the_backend_does_not_answer_is_repeated_until_it_is_through(string operation, int eventId)
    {
        const int Failures = 12;
        var handling = new Tally();
        await using var host = new WorkerHost(
            (_, _) =>
            {
                handling.Enter();
                return default;
            });
        var failures = 0;
        host.Queue.Before = call => call.Is(operation) && ++failures <= Failures
            ? throw new BackendUnavailableException("Test", operation)
            : Task.CompletedTask;
        await host.EnqueueAsync("a");

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync(), Step);

        handling.Count.Should().Be(1);
        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.TotalFailures, stats.TotalCrashes).Should().Be((1, 0, 0));
        host.Logs.Entries.Count(entry => entry.Id == eventId).Should().Be(Failures);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Failures_and_dead_letters_are_repeated_too_and_charged_once()
    {
        await using var host = new WorkerHost(
            (context, _) => throw (WorkerHost.TextOf(context.Received) == "bad"
                ? new UnprocessableMessageException("Bad.")
                : new InvalidOperationException("It failed.")),
            options => options.RetryDelay = TimeSpan.Zero,
            queue => queue.MaxDeliveries = 2);
        var calls = 0;
        host.Queue.Before = call => (call.Is("Abandon") || call.Is("DeadLetter")) && Interlocked.Increment(ref calls) % 3 != 0
            ? throw new BackendUnavailableException("Test", "settle")
            : Task.CompletedTask;
        await host.EnqueueAsync("bad", "fails");

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync(), Step);

        (await host.DeadLettersAsync()).Select(letter => (WorkerHost.TextOf(Received(letter)), letter.Reason, letter.Failures, letter.Crashes))
            .Should().BeEquivalentTo([("bad", DeadLetterReason.Unprocessable, 1, 0), ("fails", DeadLetterReason.Exhausted, 2, 0)]);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_completion_whose_answer_was_lost_is_repeated_without_harm()
    {
        var handling = new Tally();
        await using var host = new WorkerHost(
            (context, _) =>
            {
                handling.Enter();
                context.FollowUp(new QueueFollowUp(WorkerHost.QueueName, new QueueMessage(default) { Delay = TimeSpan.FromDays(300) }));
                return default;
            });
        var lost = false;
        host.Queue.After = call =>
        {
            var loses = call.Is("Complete") && !lost;
            lost |= loses;
            return loses ? throw new BackendUnavailableException("Test", "complete") : Task.CompletedTask;
        };
        await host.EnqueueAsync("a");

        host.Start();
        await host.PumpUntilAsync(host.Queue.EndedAsync("Complete"), Step);

        handling.Count.Should().Be(1);
        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.TotalEnqueued, stats.Delayed).Should().Be((1, 2, 1));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_worker_can_be_stopped_while_its_backend_is_away()
    {
        await using var host = new WorkerHost((_, _) => default);
        host.Queue.Before = _ => throw new BackendUnavailableException("Test", "receive");
        host.Start();
        await host.Queue.BegunAsync("Receive");

        host.Stop();
        await host.Running;
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_settlement_that_the_queue_refuses_costs_the_worker_no_slot()
    {
        var handling = new Tally();
        await using var host = new WorkerHost(
            (_, _) => handling.Enter() == 1 ? throw new InvalidOperationException("It failed.") : default,
            options => (options.Concurrency, options.Prefetch, options.Lease) = (1, 0, TimeSpan.FromSeconds(30)));
        host.Queue.Before = call => call.Is("Abandon") ? throw new NotSupportedException("A defect of the backend.") : Task.CompletedTask;
        await host.EnqueueAsync("a", "b");

        host.Start();
        await host.Queue.EndedAsync("Complete");

        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 2014);
        await host.PumpUntilAsync(host.Queue.EndedForAsync("Receive", 3));
        await host.Queue.EndedAsync("Complete", 2);
        (await host.StatsAsync()).TotalCrashes.Should().Be(1, "the lease of the one that could not be ended ran out");
    }

    private static ReceivedMessage Received(DeadLetter letter) => new(letter.Message, 0, letter.EnqueuedAt)
    {
        Deliveries = letter.Deliveries,
        Failures = letter.Failures,
        Crashes = letter.Crashes,
        MaxDeliveries = 0,
    };
}
