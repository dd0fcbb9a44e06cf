using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_redriven_message_starts_afresh_and_keeps_its_history()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 3 });
        var sent = Message("a");
        await queue.EnqueueAsync(sent);
        await FailAsync(queue, await TakeAsync(queue));
        await TakeShortAsync(queue, Tick);
        await RunOutAsync();
        var last = await TakeAsync(queue);
        await RejectAsync(queue, last);

        Assert.Equal(1, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All));
        var again = await TakeAsync(queue);

        AssertSame(sent, again.Message);
        Assert.Equal((4, 0, 0), (again.Deliveries, again.Failures, again.Crashes));
        Assert.Equal(last.EnqueuedAt, again.EnqueuedAt);
        Assert.True(again.Receipt.AttemptToken > last.Receipt.AttemptToken, "The attempt token did not rise.");

        await FailAsync(queue, again);
        await FailAsync(queue, await TakeAsync(queue));
        await FailAsync(queue, await TakeAsync(queue));
        var letter = await LetterAsync(queue);
        Assert.Equal((6, 3, 0, 1), (letter.Deliveries, letter.Failures, letter.Crashes, letter.Redrives));
        Assert.Equal([1, 2, 3, 4, 5, 6], letter.Attempts.Select(attempt => attempt.Delivery));

        Assert.Equal(1, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All));
        await RejectAsync(queue, await TakeAsync(queue));
        Assert.Equal(2, (await LetterAsync(queue)).Redrives);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Redriven_messages_go_to_the_end_of_the_line_oldest_first()
    {
        var queue = await OpenAsync();
        await EnqueueDeadAsync(queue, "dead 1", "dead 2");
        await EnqueueAsync(queue, "a", "b");

        Assert.Equal(2, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All));
        await EnqueueAsync(queue, "c");

        Assert.Equal(["a", "b", "dead 1", "dead 2", "c"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_redrive_takes_the_oldest_of_what_its_filter_selects()
    {
        var queue = await OpenAsync();
        for (var i = 0; i < 6; i++)
        {
            await queue.EnqueueAsync(Message($"{i}", tenant: i % 2 == 0 ? "even" : "odd"));
            await RejectAsync(queue, await TakeAsync(queue));
        }

        Assert.Equal(2, await queue.DeadLetters.RedriveAsync(new DeadLetterFilter { Tenant = "even" }, maxCount: 2));
        Assert.Equal(["0", "2"], Bodies(await TakeAllAsync(queue)));
        Assert.Equal(["1", "3", "4", "5"], Bodies(await LettersAsync(queue)));
        Assert.Equal(0, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.ById(Guid.NewGuid())));
        Assert.Equal(4, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All, maxCount: 100));
        Assert.Equal(0, await queue.DeadLetters.CountAsync(DeadLetterFilter.All));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_redrive_counts_as_neither_enqueued_nor_completed()
    {
        var queue = await OpenAsync();
        await EnqueueDeadAsync(queue, "a");
        await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All);

        var stats = await queue.GetStatsAsync();

        Assert.Equal((1, 0, 1, 0, 1), (stats.Ready, stats.Dead, stats.TotalEnqueued, stats.TotalCompleted, stats.TotalDeadLettered));
        await RejectAsync(queue, await TakeAsync(queue));
        Assert.Equal(2, (await queue.GetStatsAsync()).TotalDeadLettered);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task More_letters_than_one_batch_holds_are_redriven_and_discarded()
    {
        const int Count = QueueLimits.MaxBatchSize + 200;
        var queue = await OpenAsync();
        for (var i = 0; i < 2; i++)
        {
            await EnqueueAsync(queue, [.. Enumerable.Range(0, Count / 2).Select(n => $"{(i * Count / 2) + n}")]);
            var received = await TakeAllAsync(queue);
            Assert.Empty(await CallAsync(queue, ReceiptCall.DeadLetter, [.. received.Select(one => one.Receipt)]));
        }

        Assert.Equal(Count, await queue.DeadLetters.CountAsync(DeadLetterFilter.All));
        Assert.Equal(Count, (await LettersAsync(queue)).Select(letter => letter.Message.Id).Distinct().Count());
        Assert.Equal(Count, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All));
        Assert.Equal(Count, (await queue.GetStatsAsync()).Ready);

        for (var i = 0; i < 2; i++)
        {
            var received = await TakeAllAsync(queue, Count / 2);
            Assert.Equal(Enumerable.Range(i * Count / 2, Count / 2).Select(n => $"{n}"), Bodies(received));
            await CallAsync(queue, ReceiptCall.DeadLetter, [.. received.Select(one => one.Receipt)]);
        }

        Assert.Equal(Count, await queue.DeadLetters.DiscardAsync(DeadLetterFilter.All));
        Assert.Equal((0, 0, 0), await ReadyLeasedDeadAsync(queue));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Two_redrives_at_the_same_time_double_and_lose_nothing()
    {
        var (first, second) = await OpenTwiceAsync();
        await EnqueueAsync(first, [.. Enumerable.Range(0, 300).Select(i => $"{i}")]);
        await CallAsync(first, ReceiptCall.DeadLetter, [.. (await TakeAllAsync(first)).Select(one => one.Receipt)]);

        var redriven = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async () => await (i % 2 == 0 ? first : second).DeadLetters.RedriveAsync(DeadLetterFilter.All, maxCount: 100))));

        Assert.Equal(300, redriven.Sum());
        Assert.Equal(300, (await TakeAllAsync(first)).Select(one => one.Message.Id).Distinct().Count());
        Assert.Equal((0, 300, 0), await ReadyLeasedDeadAsync(second));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ReceiptCalls))]
    public async Task A_receipt_from_before_the_death_is_refused_after_the_redrive(ReceiptCall call)
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var old = await TakeAsync(queue);
        await RejectAsync(queue, old);
        await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All);
        Assert.Equal([old.Receipt], await CallAsync(queue, call, old.Receipt));
        var held = await TakeAsync(queue);

        Assert.Equal([old.Receipt], await CallAsync(queue, call, old.Receipt));

        await CompleteAsync(queue, held);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Discarded_letters_are_gone_oldest_first()
    {
        var queue = await OpenAsync();
        await EnqueueDeadAsync(queue, "1", "2", "3", "4");
        var third = (await LettersAsync(queue))[2].Message.Id;

        Assert.Equal(1, await queue.DeadLetters.DiscardAsync(DeadLetterFilter.All, maxCount: 1));
        Assert.Equal(1, await queue.DeadLetters.DiscardAsync(DeadLetterFilter.ById(third)));
        Assert.Equal(["2", "4"], Bodies(await LettersAsync(queue)));
        Assert.Equal(0, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.ById(third)));
        Assert.Equal(0, await queue.DeadLetters.DiscardAsync(DeadLetterFilter.ById(third)));

        var stats = await queue.GetStatsAsync();
        Assert.Equal((2, 4, 4), (stats.Dead, stats.TotalEnqueued, stats.TotalDeadLettered));
        await AssertNothingReadyAsync(queue);
    }
}
