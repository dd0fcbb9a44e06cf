using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task An_unused_queue_counts_nothing()
    {
        var queue = await OpenAsync();

        Assert.Equal(NoStats, await queue.GetStatsAsync());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Every_process_sees_the_same_counts_of_every_state()
    {
        var (first, second) = await OpenTwiceAsync();
        await first.EnqueueAsync(
        [
            Message("done"), Message("dead"), Message("fails"), Message("leased"), Message("crashes"), Message("ready"),
            Message("1", key: "k"), Message("2", key: "k"), Message("late", delay: TimeSpan.FromDays(1)), Message("late 2", delay: TimeSpan.FromDays(1)),
        ]);
        await first.EnqueueAsync(Message("done", deduplicationKey: "d"));
        await first.EnqueueAsync(Message("duplicate", deduplicationKey: "d"));
        await CompleteAsync(first, await TakeAsync(first));
        await RejectAsync(second, await TakeAsync(second));
        await FailAsync(first, await TakeAsync(first), TimeSpan.FromDays(1));
        await TakeAsync(second);
        await TakeShortAsync(first, Tick);
        await RunOutAsync();

        var expected = NoStats with
        {
            Ready = 4, Blocked = 1, Leased = 1, Delayed = 3, Dead = 1,
            TotalEnqueued = 11, TotalCompleted = 1, TotalFailures = 2, TotalCrashes = 1, TotalDeadLettered = 1,
        };
        Assert.Equal(expected, await first.GetStatsAsync() with { OldestAge = default });
        Assert.Equal(expected, await second.GetStatsAsync() with { OldestAge = default });
        Assert.Equal(9, expected.Depth);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_came_due_or_expired_is_counted_so_before_anyone_receives()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 2 });
        await queue.EnqueueAsync([Message("crashes"), Message("dies", maxDeliveries: 1), Message("1", key: "k", maxDeliveries: 1)]);
        Assert.Equal(3, (await queue.ReceiveAsync(3, Tick, TimeSpan.Zero)).Count);
        await queue.EnqueueAsync([Message("2", key: "k"), Message("late", delay: Tick), Message("later", delay: TimeSpan.FromDays(1))]);

        await RunOutAsync();

        Assert.Equal(
            NoStats with { Ready = 3, Delayed = 1, Dead = 2, TotalEnqueued = 6, TotalCrashes = 3, TotalDeadLettered = 2 },
            await queue.GetStatsAsync() with { OldestAge = default });
        Assert.Equal(2, await queue.DeadLetters.CountAsync(DeadLetterFilter.All));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_oldest_age_is_that_of_the_message_that_has_been_ready_longest()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "oldest");
        await _store.AdvanceAsync(Tick * 2);
        await queue.EnqueueAsync(Message("second", priority: 9));
        await _store.AdvanceAsync(Tick * 2);
        await AssertOldestAgeAsync(queue, Tick * 4);

        var second = await TakeAsync(queue);
        await ReturnAsync(queue, second);
        await AssertOldestAgeAsync(queue, Tick * 4);

        await CompleteAsync(queue, await TakeAsync(queue));
        var oldest = await TakeAsync(queue);
        await AssertOldestAgeAsync(queue, TimeSpan.Zero);

        await FailAsync(queue, oldest);
        await _store.AdvanceAsync(Tick);
        await AssertOldestAgeAsync(queue, Tick);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_returned_message_does_not_hide_the_age_of_the_one_behind_it()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a", "b");
        await _store.AdvanceAsync(Tick * 3);

        await ReturnAsync(queue, await TakeAsync(queue));

        await AssertOldestAgeAsync(queue, Tick * 3);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Delayed_and_blocked_messages_have_no_age_until_they_are_ready()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("late", delay: Tick * 4), Message("1", key: "k"), Message("2", key: "k")]);
        var first = await TakeAsync(queue);
        await _store.AdvanceAsync(Tick * 2);
        await AssertOldestAgeAsync(queue, TimeSpan.Zero);

        await CompleteAsync(queue, first);
        await _store.AdvanceAsync(Tick);

        await AssertOldestAgeAsync(queue, Tick);
    }

    private async Task AssertOldestAgeAsync(IQueue queue, TimeSpan expected)
    {
        var age = (await queue.GetStatsAsync()).OldestAge;
        var tolerance = expected == TimeSpan.Zero ? TimeSpan.Zero : _store.ClockTolerance;
        Assert.InRange(age, expected - tolerance, expected + (tolerance * 2));
    }

    private static QueueStats NoStats => new()
    {
        Ready = 0, Blocked = 0, Leased = 0, Delayed = 0, Dead = 0, OldestAge = TimeSpan.Zero,
        TotalEnqueued = 0, TotalCompleted = 0, TotalFailures = 0, TotalCrashes = 0, TotalDeadLettered = 0,
    };
}
