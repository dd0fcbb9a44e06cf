using System.Globalization;
using FluentAssertions;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerRetryTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public static TheoryData<string> Failures => ["thrown at once", "thrown later", "a cancellation of its own", "a cancelled task", "a failed task"];

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_failed_message_comes_again_after_a_delay_that_doubles_and_not_before()
    {
        var handling = new Tally();
        await using var host = new WorkerHost(
            (_, _) =>
            {
                handling.Enter();
                throw new InvalidOperationException("It failed.");
            },
            options => (options.RetryDelay, options.MaxRetryDelay) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6)));
        await host.EnqueueAsync("a");

        host.Start();
        var delays = new List<double>();
        for (var failure = 1; failure < 5; failure++)
        {
            await host.Queue.EndedAsync("Abandon", failure);
            var abandonment = host.Queue.Ended("Abandon")[^1].Items.Should().ContainSingle().Which.Should().BeOfType<QueueAbandonment>().Subject;
            abandonment.Reason.Should().Be(AbandonReason.Failed);
            delays.Add(abandonment.Delay.TotalSeconds);
            host.Clock.Advance(abandonment.Delay - Tick);
            (await host.StatsAsync()).Delayed.Should().Be(1);
            handling.Count.Should().Be(failure);
            host.Clock.Advance(Tick * 2);
            await handling.ReachedAsync(failure + 1);
        }

        delays[0].Should().BeInRange(0.5, 1);
        delays[1].Should().BeInRange(1, 2);
        delays[2].Should().BeInRange(2, 4);
        delays[3].Should().BeInRange(3, 6);
        await host.Queue.EndedAsync("Abandon", 5);
        (await host.StatsAsync()).Dead.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_retry_schedule_takes_the_place_of_the_growing_delay()
    {
        await using var host = new WorkerHost(
            (_, _) => throw new InvalidOperationException("It failed."),
            options => options.RetrySchedule = [TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1)]);
        await host.EnqueueAsync("a");

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync(), TimeSpan.FromSeconds(1));

        host.Queue.Ended("Abandon").Take(4).Select(call => ((QueueAbandonment)call.Items[0]).Delay.TotalSeconds).Should().Equal(2, 60, 60, 60);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task After_its_last_failure_a_message_is_a_dead_letter_with_every_attempt()
    {
        var handling = new Tally();
        await using var host = new WorkerHost(
            (_, _) => throw new InvalidOperationException($"It failed, time {handling.Enter().ToString(CultureInfo.InvariantCulture)}."),
            options => options.RetryDelay = TimeSpan.Zero,
            queue => queue.MaxDeliveries = 3);
        await host.EnqueueAsync("a");

        await host.Worker.RunUntilIdleAsync();

        var letter = (await host.DeadLettersAsync()).Should().ContainSingle().Subject;
        letter.Reason.Should().Be(DeadLetterReason.Exhausted);
        (letter.Deliveries, letter.Failures, letter.Crashes).Should().Be((3, 3, 0));
        letter.Attempts.Select(attempt => (attempt.Delivery, attempt.Outcome, attempt.Error!.Type, attempt.Error.Message)).Should().Equal(
            (1, AttemptOutcome.Failed, "InvalidOperationException", "It failed, time 1."),
            (2, AttemptOutcome.Failed, "InvalidOperationException", "It failed, time 2."),
            (3, AttemptOutcome.Failed, "InvalidOperationException", "It failed, time 3."));
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 2021, "the last failure is logged as such");
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [MemberData(nameof(Failures))]
    public async Task Whatever_a_handler_throws_charges_one_failure(string failure)
    {
        var handling = new Tally();
        await using var host = new WorkerHost(
            (_, _) => handling.Enter() == 1 ? Fail(failure) : default,
            options => (options.RetryDelay, options.Concurrency) = (TimeSpan.Zero, 1));
        await host.EnqueueAsync("a", "b");

        await host.Worker.RunUntilIdleAsync();

        handling.Count.Should().Be(3);
        var stats = await host.StatsAsync();
        (stats.TotalFailures, stats.TotalCrashes, stats.TotalCompleted, stats.Depth).Should().Be((1, 0, 2, 0));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_message_that_its_handler_calls_unprocessable_is_a_dead_letter_at_once()
    {
        await using var host = new WorkerHost((_, _) => throw new UnprocessableMessageException("The account is closed."));
        await host.EnqueueAsync("a");

        await host.Worker.RunUntilIdleAsync();

        var letter = (await host.DeadLettersAsync()).Should().ContainSingle().Subject;
        letter.Reason.Should().Be(DeadLetterReason.Unprocessable);
        (letter.Deliveries, letter.Failures).Should().Be((1, 1));
        letter.Attempts.Should().ContainSingle().Which.Error!.Message.Should().Be("The account is closed.");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_maximum_of_the_message_goes_before_that_of_the_queue()
    {
        await using var host = new WorkerHost(
            (_, _) => throw new InvalidOperationException("It failed."), options => options.RetryDelay = TimeSpan.Zero);
        await host.Queue.EnqueueAsync(new QueueMessage("a"u8.ToArray()) { MaxDeliveries = 1 });

        await host.Worker.RunUntilIdleAsync();

        (await host.DeadLettersAsync()).Should().ContainSingle().Which.Deliveries.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_checkpoint_that_a_handler_leaves_comes_with_the_retry_and_one_too_long_is_left_out()
    {
        var steps = new List<string?>();
        await using var host = new WorkerHost(
            (context, _) =>
            {
                steps.Add(context.Received.Checkpoint?.Step);
                var body = new byte[steps.Count == 2 ? 11 : 10];
                context.Checkpoint = new MessageCheckpoint($"step {steps.Count}", body);
                throw new InvalidOperationException("It failed.");
            },
            options => options.RetryDelay = TimeSpan.Zero,
            queue => (queue.MaxDeliveries, queue.MaxBodyBytes) = (3, 10));
        await host.EnqueueAsync("a");

        await host.Worker.RunUntilIdleAsync();

        steps.Should().Equal(null, "step 1", "step 1");
        (await host.DeadLettersAsync()).Should().ContainSingle().Which.Checkpoint!.Step.Should().Be("step 3");
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 2024);
    }

    private static ValueTask Fail(string failure) => failure switch
    {
        "thrown later" => ThrowLaterAsync(),
        "a cancellation of its own" => throw new OperationCanceledException("A client's own time-out."),
        "a cancelled task" => new ValueTask(Task.FromCanceled(new CancellationToken(canceled: true))),
        "a failed task" => new ValueTask(Task.FromException(new TimeoutException("A client's own time-out."))),
        _ => throw new InvalidOperationException("It failed at once."),
    };

    private static async ValueTask ThrowLaterAsync()
    {
        await Task.Yield();
        throw new InvalidOperationException("It failed later.");
    }
}
