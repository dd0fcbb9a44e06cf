using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_second_message_with_the_same_deduplication_key_is_not_added()
    {
        var (first, second) = await OpenTwiceAsync();
        var original = Message("first", deduplicationKey: "d");
        await first.EnqueueAsync(original);

        var result = await second.EnqueueAsync(Message("second", deduplicationKey: "d"));

        Assert.Equal(new EnqueueResult(original.Id, IsDuplicate: true), result);
        Assert.Equal(["first"], Bodies(await TakeAllAsync(second)));
        Assert.Equal(1, (await first.GetStatsAsync()).TotalEnqueued);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_deduplication_key_works_within_one_batch()
    {
        var queue = await OpenAsync();
        var messages = new[]
        {
            Message("a", deduplicationKey: "d"), Message("b", deduplicationKey: "d"), Message("c"),
            Message("e", deduplicationKey: "e"), Message("f", deduplicationKey: "d"),
        };

        var results = await queue.EnqueueAsync(messages);

        Assert.Equal(
            [
                new(messages[0].Id, IsDuplicate: false),
                new(messages[0].Id, IsDuplicate: true),
                new(messages[2].Id, IsDuplicate: false),
                new(messages[3].Id, IsDuplicate: false),
                new(messages[0].Id, IsDuplicate: true),
            ],
            results);
        Assert.Equal(["a", "c", "e"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_deduplication_key_is_of_one_tenant_and_one_queue()
    {
        var queues = await OpenQueuesAsync(new QueueOptions(), new QueueOptions());
        await queues[0].EnqueueAsync(Message("a", "t1", deduplicationKey: "d"));

        Assert.False((await queues[0].EnqueueAsync(Message("b", "t2", deduplicationKey: "d"))).IsDuplicate);
        Assert.False((await queues[1].EnqueueAsync(Message("c", "t1", deduplicationKey: "d"))).IsDuplicate);
        Assert.False((await queues[0].EnqueueAsync(Message("e", "t1", deduplicationKey: "D"))).IsDuplicate);
        Assert.False((await queues[0].EnqueueAsync(Message("f", "t1", key: "d"))).IsDuplicate);
        Assert.True((await queues[0].EnqueueAsync(Message("g", "t1", deduplicationKey: "d"))).IsDuplicate);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_names_of_tenant_and_key_do_not_run_into_each_other()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("1", "a:b", "c", deduplicationKey: "c"), Message("2", "a", "b:c", deduplicationKey: "b:c")]);
        await queue.EnqueueAsync([Message("3", "a|b", "c", deduplicationKey: "c"), Message("4", "a", "b|c", deduplicationKey: "b|c")]);

        Assert.Equal(["1", "2", "3", "4"], Bodies(await TakeAllAsync(queue)).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_deduplication_key_is_remembered_after_its_message_is_done_dead_or_discarded()
    {
        var queue = await OpenAsync();
        foreach (var call in new[] { ReceiptCall.Complete, ReceiptCall.DeadLetter })
        {
            var original = Message("original", deduplicationKey: $"{call}");
            await queue.EnqueueAsync(original);
            await CallAsync(queue, call, (await TakeAsync(queue)).Receipt);
            Assert.Equal(new EnqueueResult(original.Id, IsDuplicate: true), await queue.EnqueueAsync(Message("again", deduplicationKey: $"{call}")));
            await queue.DeadLetters.DiscardAsync(DeadLetterFilter.All);
            Assert.Equal(new EnqueueResult(original.Id, IsDuplicate: true), await queue.EnqueueAsync(Message("again", deduplicationKey: $"{call}")));
        }

        await AssertNothingReadyAsync(queue);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_window_of_a_deduplication_key_counts_from_its_first_message()
    {
        var window = DeduplicationWindow();
        var queue = await OpenAsync(new QueueOptions { DeduplicationWindow = window });
        await queue.EnqueueAsync(Message("first", deduplicationKey: "d"));

        await _store.AdvanceAsync(window * 0.6);
        Assert.True((await queue.EnqueueAsync(Message("within", deduplicationKey: "d"))).IsDuplicate);
        await _store.AdvanceAsync(window * 0.6);
        var later = Message("after", deduplicationKey: "d");
        Assert.Equal(new EnqueueResult(later.Id, IsDuplicate: false), await queue.EnqueueAsync(later));
        Assert.Equal(new EnqueueResult(later.Id, IsDuplicate: true), await queue.EnqueueAsync(Message("of the new window", deduplicationKey: "d")));

        Assert.Equal(["first", "after"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_delayed_message_deduplicates_from_its_arrival()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync(Message("first", delay: Tick, deduplicationKey: "d"));

        Assert.True((await queue.EnqueueAsync(Message("second", deduplicationKey: "d"))).IsDuplicate);
        await RunOutAsync();
        Assert.Equal(["first"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_enqueue_that_is_repeated_adds_nothing_twice_in_whatever_state_its_messages_are()
    {
        var queue = await OpenAsync();
        QueueMessage[] messages =
        [
            Message("dead"), Message("leased"), Message("failed"), Message("ready"), Message("delayed", delay: TimeSpan.FromDays(1)),
            Message("1", key: "k"), Message("2", key: "k"),
        ];
        await queue.EnqueueAsync(messages);
        await RejectAsync(queue, await TakeAsync(queue));
        await TakeAsync(queue);
        await FailAsync(queue, await TakeAsync(queue), TimeSpan.FromDays(1));
        var before = await queue.GetStatsAsync();

        var results = await queue.EnqueueAsync(messages);

        Assert.Equal(messages.Select(message => new EnqueueResult(message.Id, IsDuplicate: true)), results);
        Assert.Equal(before with { OldestAge = default }, await queue.GetStatsAsync() with { OldestAge = default });
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_enqueue_that_is_repeated_after_a_lost_answer_adds_nothing_even_if_its_messages_are_done()
    {
        var queue = await OpenAsync();
        QueueMessage[] messages = [Message("a"), Message("b")];
        await queue.EnqueueAsync(messages);
        await CompleteAsync(queue, await TakeAllAsync(queue, _store.CanLoseAnswers ? 2 : 1));

        var results = await queue.EnqueueAsync(_store.CanLoseAnswers ? messages : [messages[1]]);

        Assert.All(results, result => Assert.True(result.IsDuplicate));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_same_message_twice_in_one_batch_is_added_once()
    {
        var queue = await OpenAsync();
        var message = Message("a");

        var results = await queue.EnqueueAsync([message, Message("b"), message]);

        Assert.Equal([false, false, true], results.Select(result => result.IsDuplicate));
        Assert.Equal(message.Id, results[2].MessageId);
        Assert.Equal(["a", "b"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_message_that_is_still_in_the_queue_is_never_added_again_however_old()
    {
        var queue = await OpenAsync(new QueueOptions { DeduplicationWindow = DeduplicationWindow() });
        var message = Message("a", delay: TimeSpan.FromDays(1));
        await queue.EnqueueAsync(message);

        await _store.AdvanceAsync(DeduplicationWindow() * 3);

        Assert.Equal(new EnqueueResult(message.Id, IsDuplicate: true), await queue.EnqueueAsync(message));
    }

    /// <summary>The shortest window that is a multiple of a tick and a half, so that no operation falls on its end.</summary>
    private TimeSpan DeduplicationWindow() => TimeSpan.FromTicks(Math.Max((Tick * 2.5).Ticks, TimeSpan.TicksPerSecond));
}
