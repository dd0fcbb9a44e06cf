using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_checkpoint_comes_with_the_next_delivery_and_leaves_the_message_as_it_was()
    {
        var queue = await OpenAsync();
        var sent = Message("a");
        await queue.EnqueueAsync(sent);

        await queue.AbandonAsync(QueueAbandonment.Failed(
            (await TakeAsync(queue)).Receipt, Error(), checkpoint: new MessageCheckpoint("embed ü", new byte[] { 0, 255, 10 })));
        var received = await TakeAsync(queue);

        AssertSame(sent, received.Message);
        AssertCheckpoint("embed ü", [0, 255, 10], received.Checkpoint);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_deferral_may_set_a_checkpoint_with_an_empty_body()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");

        await queue.AbandonAsync(QueueAbandonment.Deferred(
            (await TakeAsync(queue)).Receipt, TimeSpan.Zero, new MessageCheckpoint("two", ReadOnlyMemory<byte>.Empty)));

        AssertCheckpoint("two", [], (await TakeAsync(queue)).Checkpoint);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_checkpoint_replaces_the_one_before_and_none_leaves_it()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        await queue.AbandonAsync(QueueAbandonment.Failed((await TakeAsync(queue)).Receipt, Error(), checkpoint: Checkpoint("one", "1")));

        await FailAsync(queue, await TakeAsync(queue));
        await DeferAsync(queue, await TakeAsync(queue));
        await ReturnAsync(queue, await TakeAsync(queue));
        var kept = await TakeShortAsync(queue, Tick);
        AssertCheckpoint("one", "1"u8.ToArray(), kept.Checkpoint);

        await RunOutAsync();
        var afterCrash = await TakeAsync(queue);
        AssertCheckpoint("one", "1"u8.ToArray(), afterCrash.Checkpoint);

        await queue.AbandonAsync(QueueAbandonment.Deferred(afterCrash.Receipt, TimeSpan.Zero, Checkpoint("two", "2")));
        AssertCheckpoint("two", "2"u8.ToArray(), (await TakeAsync(queue)).Checkpoint);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_checkpoint_goes_into_the_dead_letter_and_back()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 1 });
        await EnqueueAsync(queue, "a");

        await queue.AbandonAsync(QueueAbandonment.Failed((await TakeAsync(queue)).Receipt, Error(), checkpoint: Checkpoint("one", "1")));
        AssertCheckpoint("one", "1"u8.ToArray(), (await LetterAsync(queue)).Checkpoint);

        await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All);
        var resumed = await TakeAsync(queue);
        AssertCheckpoint("one", "1"u8.ToArray(), resumed.Checkpoint);

        await queue.DeadLetterAsync(new QueueRejection(resumed.Receipt, DeadLetterReason.Unprocessable, Error(), Checkpoint("two", "2")));
        AssertCheckpoint("two", "2"u8.ToArray(), (await LetterAsync(queue)).Checkpoint);

        await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All);
        await RejectAsync(queue, await TakeAsync(queue));
        AssertCheckpoint("two", "2"u8.ToArray(), (await LetterAsync(queue)).Checkpoint);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_refused_abandonment_stores_no_checkpoint()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var stale = await TakeShortAsync(queue, Tick);
        await RunOutAsync();

        await queue.AbandonAsync([QueueAbandonment.Failed(stale.Receipt, Error(), checkpoint: Checkpoint("stale", "x"))]);

        Assert.Null((await TakeAsync(queue)).Checkpoint);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_checkpoint_has_the_bound_of_a_body()
    {
        var queue = await OpenAsync(new QueueOptions { MaxBodyBytes = 10 });
        await EnqueueAsync(queue, "a", "b");
        var held = (await TakeAsync(queue)).Receipt;
        var tooLong = new MessageCheckpoint("step", new byte[11]);

        await Assert.ThrowsAsync<ArgumentException>(
            async () => await queue.AbandonAsync([QueueAbandonment.Failed(held, Error(), checkpoint: tooLong)]));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await queue.AbandonAsync([QueueAbandonment.Deferred(held, TimeSpan.Zero, tooLong)]));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await queue.DeadLetterAsync([new QueueRejection(held, DeadLetterReason.Unprocessable, Error(), tooLong)]));

        Assert.Equal((1, 1, 0), await ReadyLeasedDeadAsync(queue));
        Assert.Empty(await queue.AbandonAsync(
            [QueueAbandonment.Failed(held, Error(), checkpoint: new MessageCheckpoint("step", new byte[10]))]));
    }

    private static void AssertCheckpoint(string step, byte[] body, MessageCheckpoint? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(step, actual.Step);
        Assert.True(actual.Body.Span.SequenceEqual(body), "The checkpoint's body is not the one that was given.");
    }
}
