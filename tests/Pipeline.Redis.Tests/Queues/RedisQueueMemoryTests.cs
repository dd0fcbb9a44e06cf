using System.Globalization;
using FluentAssertions;
using Pipeline.Queues;
using Pipeline.Redis.Servers;
using Xunit;

namespace Pipeline.Redis.Queues;

/// <summary>What a message takes up in the server, by the server's own account.</summary>
[Collection(AloneCollection.Name)]
public sealed class RedisQueueMemoryTests : IAsyncLifetime
{
    private const int MostBytesOfMessage = 250;
    private const int MostBytesOfLeased = 450;
    private const int MostBytesOfToken = 130;
    private const int BodyLength = 100;
    private const int Count = 20_000;
    private const int Batch = 1_000;

    private RedisServer _server = null!;
    private RedisQueueProcess _process = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _process = RedisQueueProcess.Open(_server.ClientOptions(), "pipeline");
        await _process.Queue.EnqueueAsync([new QueueMessage(new byte[1])]);
        await _process.ReceiveAsync();
        await _server.ExecuteAsync("FLUSHALL");
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_waiting_message_takes_its_body_its_headers_and_at_most_250_bytes_and_a_leased_one_450()
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["traceparent"] = new('a', 55), ["request-id"] = new('b', 32) };
        var content = BodyLength + headers.Sum(header => header.Key.Length + header.Value.Length);
        var before = await UsedAsync();
        for (var i = 0; i < Count; i += Batch)
            await _process.Queue.EnqueueAsync([.. Enumerable.Range(0, Batch).Select(_ => new QueueMessage(new byte[BodyLength]) { Headers = headers, Schema = new MessageSchema("invoice") })]);
        var ready = await UsedAsync() - before;
        var receipts = new List<QueueReceipt>();
        for (var i = 0; i < Count; i += Batch)
            receipts.AddRange((await _process.ReceiveAsync(Batch)).Select(one => one.Receipt));
        var leased = await UsedAsync() - before;
        foreach (var chunk in receipts.Chunk(Batch))
            await _process.Queue.CompleteAsync([.. chunk.Select(receipt => new QueueCompletion(receipt))]);
        var done = await UsedAsync() - before;

        (ready / Count).Should().BeLessThan(content + MostBytesOfMessage);
        (leased / Count).Should().BeLessThan(content + MostBytesOfLeased);
        (done / Count).Should().BeLessThan(10, "what is left are the tokens of the calls");
    }

    [Fact]
    public async Task A_delayed_and_a_blocked_message_take_no_more()
    {
        var before = await UsedAsync();
        for (var i = 0; i < Count; i += Batch)
            await _process.Queue.EnqueueAsync([.. Enumerable.Range(0, Batch).Select(_ => new QueueMessage(new byte[BodyLength]) { Delay = TimeSpan.FromDays(1) })]);
        var delayed = await UsedAsync() - before;
        for (var i = 0; i < Count; i += Batch)
            await _process.Queue.EnqueueAsync([.. Enumerable.Range(0, Batch).Select(n => new QueueMessage(new byte[BodyLength]) { OrderingKey = $"key {n % 10}" })]);
        var blocked = await UsedAsync() - before - delayed;

        (delayed / Count).Should().BeLessThan(BodyLength + MostBytesOfMessage);
        (blocked / Count).Should().BeLessThan(BodyLength + MostBytesOfMessage);
    }

    [Fact]
    public async Task An_enqueue_call_is_remembered_in_at_most_130_bytes()
    {
        var before = await UsedAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, Count), async (_, token) => await _process.Queue.EnqueueAsync([new QueueMessage(new byte[1])], token));
        var both = await UsedAsync() - before;
        for (var left = Count; left > 0; left -= Batch)
        {
            var received = await _process.ReceiveAsync(Batch);
            await _process.Queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))]);
        }

        var tokens = await UsedAsync() - before;

        (tokens / Count).Should().BeInRange(16, MostBytesOfToken);
        both.Should().BeGreaterThan(tokens);
    }

    // The tables of keys grow by doubling; what is counted is what the entries themselves take, and their slots.
    private async Task<long> UsedAsync()
    {
        var used = long.Parse((await _server.InfoAsync("used_memory_dataset"))!, CultureInfo.InvariantCulture);
        return used;
    }
}
