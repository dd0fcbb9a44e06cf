using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    private static readonly string[] BadNames =
        ["", new('x', 513), new('ü', 257), "a\nb", "a\0", "\u007f", "a\u0085", "lone \ud800", "\udc00 lone"];

    [Fact(Timeout = TimeLimit)]
    public async Task A_bad_name_is_refused_wherever_it_is_given()
    {
        var provider = await _store.OpenAsync(new QueueCatalog(new QueueDefinition(UniqueName("queue"), new QueueOptions())));
        foreach (var name in BadNames)
        {
            Assert.Throws<ArgumentException>(() => new QueueDefinition(name, new QueueOptions()));
            Assert.Throws<ArgumentException>("Tenant", () => new QueueMessage(default) { Tenant = name });
            Assert.Throws<ArgumentException>("OrderingKey", () => new QueueMessage(default) { OrderingKey = name });
            Assert.Throws<ArgumentException>("DeduplicationKey", () => new QueueMessage(default) { DeduplicationKey = name });
            Assert.Throws<ArgumentException>(() => new MessageSchema(name));
            Assert.Throws<ArgumentException>(() => new MessageCheckpoint(name, default));
            Assert.Throws<ArgumentException>(() => new QueueFollowUp(name, Message("x")));
            Assert.ThrowsAny<ArgumentException>(() => provider.GetQueue(name));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_body_over_the_limit_is_refused_and_none_of_its_batch_is_added()
    {
        var queue = await OpenAsync(new QueueOptions { MaxBodyBytes = 10 });

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync([Message("fits"), Message("12345678901")]));

        Assert.Contains("11", error.Message, StringComparison.Ordinal);
        Assert.Contains("10", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("12345678901", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await queue.GetStatsAsync()).TotalEnqueued);
        await queue.EnqueueAsync(Message("1234567890"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Bad_headers_are_refused_and_none_of_their_batch_is_added()
    {
        var queue = await OpenAsync();
        const int Most = QueueLimits.MaxHeaderBytes;
        foreach (var (name, value) in new[] { ("", "no name"), ("h", new string('x', Most)), ("ü", new string('ü', Most / 2)) })
        {
            var bad = new QueueMessage("x"u8.ToArray()) { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value } };
            await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync([Message("good"), bad]));
        }

        Assert.Equal(0, (await queue.GetStatsAsync()).TotalEnqueued);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task A_batch_of_a_size_out_of_range_is_refused_by_every_call(int size)
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var held = (await TakeAsync(queue)).Receipt;

        var error = await Assert.ThrowsAsync<ArgumentException>(
            async () => await queue.EnqueueAsync([.. Enumerable.Range(0, size).Select(_ => Message("x"))]));
        Assert.Equal("messages", error.ParamName);
        foreach (var call in Enum.GetValues<ReceiptCall>())
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await CallAsync(queue, call, [.. Enumerable.Repeat(held, size)]));
        }

        Assert.Equal((0, 1, 0), await ReadyLeasedDeadAsync(queue));
        await AssertHeldAsync(queue, held);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Null_is_refused_by_every_call()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var held = (await TakeAsync(queue)).Receipt;

        await Assert.ThrowsAsync<ArgumentNullException>(async () => await queue.EnqueueAsync((IReadOnlyList<QueueMessage>)null!));
        await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync([Message("good"), null!]));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await queue.CompleteAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await queue.RenewAsync(null!, LongLease));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await queue.AbandonAsync((IReadOnlyList<QueueAbandonment>)null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await queue.DeadLetterAsync((IReadOnlyList<QueueRejection>)null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await queue.AbandonAsync([QueueAbandonment.Failed(held, Error()), null!]));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await queue.DeadLetterAsync([new QueueRejection(held, DeadLetterReason.Unprocessable, Error()), null!]));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await queue.CompleteAsync([new QueueCompletion(held), new QueueCompletion(held, [null!])]));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await queue.DeadLetters.BrowseAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await queue.DeadLetters.CountAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await queue.DeadLetters.RedriveAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await queue.DeadLetters.DiscardAsync(null!));

        Assert.Equal(1, (await queue.GetStatsAsync()).TotalEnqueued);
        await AssertHeldAsync(queue, held);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_receive_with_an_argument_out_of_range_is_refused_and_leases_nothing()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var tick = TimeSpan.FromTicks(1);

        foreach (var (max, lease, wait, argument) in new[]
        {
            (0, LongLease, TimeSpan.Zero, "maxMessages"),
            (-1, LongLease, TimeSpan.Zero, "maxMessages"),
            (QueueLimits.MaxBatchSize + 1, LongLease, TimeSpan.Zero, "maxMessages"),
            (1, TimeSpan.Zero, TimeSpan.Zero, "lease"),
            (1, -LongLease, TimeSpan.Zero, "lease"),
            (1, QueueLimits.MinLease - tick, TimeSpan.Zero, "lease"),
            (1, QueueLimits.MaxLease + tick, TimeSpan.Zero, "lease"),
            (1, Timeout.InfiniteTimeSpan, TimeSpan.Zero, "lease"),
            (1, LongLease, -tick, "wait"),
            (1, LongLease, TimeSpan.FromSeconds(-1), "wait"),
        })
        {
            var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await queue.ReceiveAsync(max, lease, wait));
            Assert.Equal(argument, error.ParamName);
        }

        Assert.Equal((1, 0, 0), await ReadyLeasedDeadAsync(queue));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_renewal_with_a_lease_out_of_range_is_refused_and_leaves_the_lease()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var held = (await TakeAsync(queue)).Receipt;
        var tick = TimeSpan.FromTicks(1);

        foreach (var lease in new[] { TimeSpan.Zero, -LongLease, QueueLimits.MinLease - tick, QueueLimits.MaxLease + tick, Timeout.InfiniteTimeSpan })
        {
            var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await queue.RenewAsync([held], lease));
            Assert.Equal("lease", error.ParamName);
        }

        await AssertHeldAsync(queue, held);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_001)]
    public async Task A_page_of_a_size_out_of_range_is_refused(int maxCount)
    {
        var queue = await OpenAsync();

        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, maxCount));

        Assert.Equal("maxCount", error.ParamName);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("-1")]
    [InlineData("99999999999999999999999999")]
    public async Task A_continuation_that_is_no_queues_is_refused(string continuation)
    {
        var queue = await OpenAsync();
        await EnqueueDeadAsync(queue, "a");

        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, continuation: continuation));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_redrive_or_discard_of_less_than_one_is_refused(long maxCount)
    {
        var queue = await OpenAsync();
        await EnqueueDeadAsync(queue, "a");

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(nameof(maxCount), async () => await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All, maxCount));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(nameof(maxCount), async () => await queue.DeadLetters.DiscardAsync(DeadLetterFilter.All, maxCount));

        Assert.Equal((0, 0, 1), await ReadyLeasedDeadAsync(queue));
    }

    private static async Task AssertHeldAsync(IQueue queue, QueueReceipt receipt) =>
        Assert.Empty(await queue.CompleteAsync([new QueueCompletion(receipt)]));
}
