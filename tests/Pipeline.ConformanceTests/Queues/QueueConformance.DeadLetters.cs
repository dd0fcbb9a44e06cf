using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    public static TheoryData<DeadLetterReason> DeadLetterReasons => [.. Enum.GetValues<DeadLetterReason>()];

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(DeadLetterReasons))]
    public async Task A_rejected_message_is_dead_at_once_with_all_that_is_known_of_it(DeadLetterReason reason)
    {
        var queue = await OpenAsync();
        var enqueuedFrom = await _store.GetServerTimeAsync();
        var sent = new QueueMessage("body"u8.ToArray())
        {
            Schema = new MessageSchema("invoice", 2),
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [MessageHeaders.TraceParent] = "00-aa-bb-01" },
            Tenant = "acme",
            OrderingKey = "k",
            DeduplicationKey = "d",
            Priority = 7,
        };
        await queue.EnqueueAsync(sent);
        await FailAsync(queue, await TakeAsync(queue));
        await _store.AdvanceAsync(Tick * 3);
        var deadFrom = await _store.GetServerTimeAsync();
        var error = new MessageError("FormatException", "line 3") { Step = "parse", TraceId = "0af7651916cd43dd8448eb211c80319c" };

        Assert.Empty(await queue.DeadLetterAsync([new QueueRejection((await TakeAsync(queue)).Receipt, reason, error, Checkpoint("parse", "x"))]));
        var until = await _store.GetServerTimeAsync();
        var letter = await LetterAsync(queue);

        AssertSame(sent, letter.Message);
        Assert.Equal(reason, letter.Reason);
        Assert.Equal((2, 2, 0, 0), (letter.Deliveries, letter.Failures, letter.Crashes, letter.Redrives));
        AssertCheckpoint("parse", "x"u8.ToArray(), letter.Checkpoint);
        AssertTime(enqueuedFrom, enqueuedFrom, letter.EnqueuedAt);
        AssertTime(deadFrom, until, letter.DeadAt);
        Assert.Equal([Error(), error], letter.Attempts.Select(attempt => attempt.Error));
        Assert.Equal([1, 2], letter.Attempts.Select(attempt => attempt.Delivery));
        Assert.All(letter.Attempts, attempt => Assert.Equal(AttemptOutcome.Failed, attempt.Outcome));
        AssertTime(enqueuedFrom, enqueuedFrom, letter.Attempts[0].At);
        AssertTime(deadFrom, until, letter.Attempts[1].At);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_error_of_the_last_failure_is_kept()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 2 });
        await EnqueueAsync(queue, "a");
        await queue.AbandonAsync(QueueAbandonment.Failed((await TakeAsync(queue)).Receipt, Error("first")));
        await queue.AbandonAsync(QueueAbandonment.Failed((await TakeAsync(queue)).Receipt, Error("last ü 🙂") with { Step = "embed" }));

        Assert.Equal(
            [Error("first"), Error("last ü 🙂") with { Step = "embed" }], (await LetterAsync(queue)).Attempts.Select(attempt => attempt.Error));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Deferred_and_returned_deliveries_are_no_attempts()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        await DeferAsync(queue, await TakeAsync(queue));
        await ReturnAsync(queue, await TakeAsync(queue));
        await RejectAsync(queue, await TakeAsync(queue));

        var letter = await LetterAsync(queue);

        Assert.Equal(1, letter.Deliveries);
        Assert.Equal(1, Assert.Single(letter.Attempts).Delivery);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_many_attempts_the_latest_are_kept()
    {
        const int Most = QueueLimits.MaxAttemptsKept;
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = Most + 3 });
        await EnqueueAsync(queue, "a");
        for (var i = 1; i <= Most + 3; i++)
        {
            await queue.AbandonAsync(QueueAbandonment.Failed((await TakeAsync(queue)).Receipt, Error($"{i}")));
        }

        var letter = await LetterAsync(queue);

        Assert.Equal(Most + 3, letter.Failures);
        Assert.Equal(Enumerable.Range(4, Most), letter.Attempts.Select(attempt => attempt.Delivery));
        Assert.Equal(Enumerable.Range(4, Most).Select(i => Error($"{i}")), letter.Attempts.Select(attempt => attempt.Error));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Dead_letters_are_browsed_oldest_first_in_pages_and_none_is_on_two()
    {
        var queue = await OpenAsync();
        await EnqueueDeadAsync(queue, "1", "2", "3", "4", "5", "6");

        foreach (var size in new[] { 1, 2, 4, 5, 6, 7, 1_000 })
        {
            var seen = new List<string>();
            string? continuation = null;
            var pages = 0;
            do
            {
                var page = await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, size, continuation);
                Assert.True(page.Items.Count <= size, $"A page of at most {size} has {page.Items.Count} letters.");
                seen.AddRange(Bodies(page.Items));
                continuation = page.Continuation;
                Assert.True(++pages <= 8, "Browsing did not come to an end.");
            }
            while (continuation is not null);
            Assert.Equal(["1", "2", "3", "4", "5", "6"], seen);
        }

        Assert.Equal(6, (await queue.GetStatsAsync()).Dead);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Browsing_no_letters_gives_an_empty_last_page()
    {
        var queue = await OpenAsync();

        var page = await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All);

        Assert.Empty(page.Items);
        Assert.Null(page.Continuation);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Letters_that_go_or_come_between_two_pages_neither_hide_nor_repeat_others()
    {
        var queue = await OpenAsync();
        await EnqueueDeadAsync(queue, "1", "2", "3", "4", "5");
        var first = await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, 2);
        Assert.NotNull(first.Continuation);

        await queue.DeadLetters.RedriveAsync(DeadLetterFilter.ById(first.Items[0].Message.Id, first.Items[1].Message.Id));
        await CompleteAsync(queue, await TakeAllAsync(queue));
        await EnqueueDeadAsync(queue, "6");
        var rest = await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, 10, first.Continuation);

        Assert.Equal(["1", "2"], Bodies(first.Items));
        Assert.Equal(["3", "4", "5"], Bodies(rest.Items).Take(3));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Pages_of_a_filter_hold_what_it_selects()
    {
        var queue = await OpenAsync();
        for (var i = 0; i < 9; i++)
        {
            await queue.EnqueueAsync(Message($"{i}", tenant: i % 3 == 0 ? "chosen" : "other"));
            await RejectAsync(queue, await TakeAsync(queue));
        }

        var filter = new DeadLetterFilter { Tenant = "chosen" };
        var first = await queue.DeadLetters.BrowseAsync(filter, 2);
        var second = await queue.DeadLetters.BrowseAsync(filter, 2, first.Continuation);

        Assert.Equal(["0", "3"], Bodies(first.Items));
        Assert.Equal(["6"], Bodies(second.Items));
        Assert.Null(second.Continuation);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_filter_selects_what_all_of_its_parts_select()
    {
        var queue = await OpenAsync();
        var schema = new MessageSchema("invoice");
        var messages = new[]
        {
            Message("a", tenant: "t1"),
            Message("b", tenant: "t2"),
            new QueueMessage("c"u8.ToArray()) { Tenant = "t1", Schema = schema },
            new QueueMessage("d"u8.ToArray()) { Tenant = "t2", Schema = schema },
        };
        var between = DateTimeOffset.MinValue;
        foreach (var message in messages)
        {
            await queue.EnqueueAsync(message);
            await RejectAsync(queue, await TakeAsync(queue), message.Tenant == "t1" ? DeadLetterReason.Unreadable : DeadLetterReason.Unprocessable);
            if (message == messages[1])
            {
                await _store.AdvanceAsync(Tick);
                between = await _store.GetServerTimeAsync();
                await _store.AdvanceAsync(Tick);
            }
        }

        await AssertSelectsAsync(DeadLetterFilter.All, "a", "b", "c", "d");
        await AssertSelectsAsync(DeadLetterFilter.ById(messages[0].Id, messages[3].Id, Guid.NewGuid()), "a", "d");
        await AssertSelectsAsync(DeadLetterFilter.ById());
        await AssertSelectsAsync(new DeadLetterFilter { Tenant = "t2" }, "b", "d");
        await AssertSelectsAsync(new DeadLetterFilter { Tenant = "T2" });
        await AssertSelectsAsync(new DeadLetterFilter { Type = "invoice" }, "c", "d");
        await AssertSelectsAsync(new DeadLetterFilter { Reason = DeadLetterReason.Unreadable }, "a", "c");
        await AssertSelectsAsync(new DeadLetterFilter { Reason = DeadLetterReason.Exhausted });
        await AssertSelectsAsync(new DeadLetterFilter { DeadFrom = between }, "c", "d");
        await AssertSelectsAsync(new DeadLetterFilter { DeadBefore = between }, "a", "b");
        await AssertSelectsAsync(new DeadLetterFilter { DeadBefore = between, Tenant = "t1", Type = "bytes", Reason = DeadLetterReason.Unreadable }, "a");

        var exact = (await LettersAsync(queue))[2].DeadAt;
        await AssertSelectsAsync(new DeadLetterFilter { DeadFrom = exact, MessageIds = [messages[2].Id] }, "c");
        await AssertSelectsAsync(new DeadLetterFilter { DeadBefore = exact, MessageIds = [messages[2].Id] });

        async Task AssertSelectsAsync(DeadLetterFilter filter, params string[] expected)
        {
            Assert.Equal(expected, Bodies(await LettersAsync(queue, filter)));
            Assert.Equal(expected.Length, await queue.DeadLetters.CountAsync(filter));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_message_that_is_dead_is_a_duplicate_of_itself()
    {
        var queue = await OpenAsync();
        var message = Message("a");
        await queue.EnqueueAsync(message);
        await RejectAsync(queue, await TakeAsync(queue));

        Assert.Equal(new EnqueueResult(message.Id, IsDuplicate: true), await queue.EnqueueAsync(message));
        await AssertNothingReadyAsync(queue);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Dead_letters_belong_to_their_queue_and_are_seen_by_every_process()
    {
        var (first, second) = await OpenTwiceAsync();
        var other = await OpenAsync();
        await EnqueueDeadAsync(first, "a");

        Assert.Equal(["a"], Bodies(await LettersAsync(second)));
        Assert.Empty(await LettersAsync(other));
        Assert.Equal(0, await other.DeadLetters.RedriveAsync(DeadLetterFilter.All));
        Assert.Equal(0, await other.DeadLetters.DiscardAsync(DeadLetterFilter.All));
        Assert.Equal(1, await second.DeadLetters.RedriveAsync(DeadLetterFilter.All));
    }
}
