using System.Text;
using Pipeline.Backends;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_message_is_delivered_as_it_was_enqueued()
    {
        var queue = await OpenAsync();
        var sent = new QueueMessage(Enumerable.Range(0, 256).Select(value => (byte)value).ToArray())
        {
            Id = Guid.NewGuid(),
            Schema = new MessageSchema("invoice-ü", 7, "application/cbor"),
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["traceparent"] = "00-1-2-01", ["empty"] = "", ["名前"] = "line\nbreak 🙂" },
            Tenant = "tenant ü",
            DeduplicationKey = "once: 🙂",
            OrderingKey = "customer/42",
            Priority = 9,
            MaxDeliveries = 17,
        };

        var result = await queue.EnqueueAsync(sent);
        var received = await TakeAsync(queue);

        Assert.Equal(new EnqueueResult(sent.Id, IsDuplicate: false), result);
        AssertSame(sent, received.Message);
        Assert.Equal(sent.Id, received.Receipt.MessageId);
        Assert.Equal(17, received.MaxDeliveries);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_message_keeps_its_defaults_and_an_empty_body()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 3 });
        var sent = new QueueMessage(ReadOnlyMemory<byte>.Empty);

        await queue.EnqueueAsync(sent);
        var received = await TakeAsync(queue);

        AssertSame(sent, received.Message);
        Assert.Equal(3, received.MaxDeliveries);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Names_headers_and_a_body_of_the_greatest_length_are_taken()
    {
        var queue = await OpenAsync(new QueueOptions { MaxBodyBytes = 100_000 });
        var longest = new string('ü', StoredName.MaxBytes / 2);
        var sent = new QueueMessage(new byte[100_000])
        {
            Tenant = longest,
            DeduplicationKey = longest,
            OrderingKey = longest,
            Schema = new MessageSchema(longest),
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["h"] = new('x', QueueLimits.MaxHeaderBytes - 1) },
            MaxDeliveries = QueueOptions.GreatestMaxDeliveries,
        };

        await queue.EnqueueAsync(sent);

        AssertSame(sent, (await TakeAsync(queue)).Message);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_first_delivery_counts_one_delivery_and_nothing_else()
    {
        var queue = await OpenAsync();
        var before = await _store.GetServerTimeAsync();
        await EnqueueAsync(queue, "a");
        var after = await _store.GetServerTimeAsync();

        var received = await TakeAsync(queue);

        Assert.Equal((1, 0, 0), (received.Deliveries, received.Failures, received.Crashes));
        Assert.Null(received.Checkpoint);
        AssertTime(before, after, received.EnqueuedAt);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_empty_queue_gives_nothing()
    {
        var queue = await OpenAsync();

        Assert.Empty(await TakeAllAsync(queue));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_leased_message_is_not_given_to_another()
    {
        var (first, second) = await OpenTwiceAsync();
        await EnqueueAsync(first, "a");
        await TakeAsync(first);

        await AssertNothingReadyAsync(first);
        await AssertNothingReadyAsync(second);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_completed_message_never_comes_again()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        await CompleteAsync(queue, await TakeShortAsync(queue, Tick));

        await _store.AdvanceAsync(Tick * 3);

        await AssertNothingReadyAsync(queue);
        Assert.Equal(0, await queue.DeadLetters.CountAsync(DeadLetterFilter.All));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_one_process_enqueues_another_receives_and_a_third_party_completes()
    {
        var (first, second) = await OpenTwiceAsync();
        await EnqueueAsync(first, "a");

        var received = await TakeAsync(second);
        await CompleteAsync(first, received);

        Assert.Equal("a", Body(received));
        Assert.Equal(0, (await second.GetStatsAsync()).Depth);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Messages_come_first_in_first_out_within_and_across_batches()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a", "b");
        await EnqueueAsync(queue, "c");
        await EnqueueAsync(queue, "d", "e", "f");

        Assert.Equal(["a", "b", "c"], Bodies(await TakeAllAsync(queue, 3)));
        Assert.Equal(["d", "e", "f"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_batch_of_the_greatest_size_goes_through_every_call()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 2 });
        var messages = Enumerable.Range(0, QueueLimits.MaxBatchSize).Select(i => Message($"{i}")).ToList();

        var results = await queue.EnqueueAsync(messages);
        Assert.Equal(messages.Select(message => new EnqueueResult(message.Id, IsDuplicate: false)), results);

        foreach (var call in new[] { ReceiptCall.Renew, ReceiptCall.Return, ReceiptCall.Defer, ReceiptCall.Fail, ReceiptCall.DeadLetter })
        {
            var received = await TakeAllAsync(queue);
            Assert.Equal(messages.Select(message => message.Id).Order(), received.Select(one => one.Message.Id).Order());
            Assert.Empty(await CallAsync(queue, call, [.. received.Select(one => one.Receipt)]));
            if (call == ReceiptCall.Renew)
            {
                await CallAsync(queue, ReceiptCall.Return, [.. received.Select(one => one.Receipt)]);
            }
        }

        Assert.Equal(messages.Count, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All));
        await CompleteAsync(queue, await TakeAllAsync(queue));
        Assert.Equal(messages.Count, (await queue.GetStatsAsync()).TotalCompleted);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_receive_gives_what_is_there_and_no_more_than_was_asked_for()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a", "b", "c");

        Assert.Equal(["a", "b"], Bodies(await TakeAllAsync(queue, 2)));
        Assert.Equal(["c"], Bodies(await TakeAllAsync(queue, 2)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Queues_of_one_provider_never_mix()
    {
        var queues = await OpenQueuesAsync(new QueueOptions(), new QueueOptions());
        await EnqueueAsync(queues[0], "a");
        var received = await TakeAsync(queues[0]);

        await AssertNothingReadyAsync(queues[1]);
        Assert.Equal([received.Receipt], await CallAsync(queues[1], ReceiptCall.Complete, received.Receipt));
        Assert.Equal(0, (await queues[1].GetStatsAsync()).TotalEnqueued);
        await CompleteAsync(queues[0], received);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_calls_for_one_message_do_what_the_batch_calls_do()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync(Message("a"));

        await queue.AbandonAsync(QueueAbandonment.Failed((await TakeAsync(queue)).Receipt, Error()));
        await queue.DeadLetterAsync(new QueueRejection((await TakeAsync(queue)).Receipt, DeadLetterReason.Unreadable, Error()));
        await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All);
        var receipt = (await TakeAsync(queue)).Receipt;
        await queue.RenewAsync(receipt, LongLease);
        await queue.CompleteAsync(receipt);

        Assert.Equal((0, 1, 1), await CountsAsync(queue));
        var lost = await Assert.ThrowsAsync<LeaseLostException>(async () => await queue.CompleteAsync(receipt));
        Assert.Equal(receipt, lost.Receipt);
        Assert.Equal(queue.Definition.Name, lost.Queue);

        static async Task<(long Depth, long Enqueued, long Completed)> CountsAsync(IQueue queue)
        {
            var stats = await queue.GetStatsAsync();
            return (stats.Depth, stats.TotalEnqueued, stats.TotalCompleted);
        }
    }

    private static void AssertSame(QueueMessage expected, QueueMessage actual)
    {
        Assert.Equal(expected.Id, actual.Id);
        Assert.True(expected.Body.Span.SequenceEqual(actual.Body.Span), "The body is not the one that was enqueued.");
        Assert.Equal(expected.Schema, actual.Schema);
        Assert.Equal(
            expected.Headers.OrderBy(header => header.Key, StringComparer.Ordinal),
            actual.Headers.OrderBy(header => header.Key, StringComparer.Ordinal));
        Assert.Equal(expected.Tenant, actual.Tenant);
        Assert.Equal(expected.DeduplicationKey, actual.DeduplicationKey);
        Assert.Equal(expected.OrderingKey, actual.OrderingKey);
        Assert.Equal(expected.Priority, actual.Priority);
        Assert.Equal(expected.MaxDeliveries, actual.MaxDeliveries);
    }
}
