using Pipeline.Queues;
using StackExchange.Redis;

namespace Pipeline.Throughput.Redis;

/// <summary>A message through a stream with a consumer group, and through a queue, one by one and in batches.</summary>
internal static class QueueComparisons
{
    private const string Group = "g";
    private const int BodyLength = 100;
    private const int BatchSize = 100;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly byte[] Body = new byte[BodyLength];

    public static async Task<IReadOnlyList<Comparison>> CreateAsync(IDatabase database, IQueue queue)
    {
        await CreateStreamAsync(database, "bare:one");
        await CreateStreamAsync(database, "bare:batch");
        return
        [
            new(
                "queue, single messages: enqueue, receive, complete",
                new Contender("stream", () => StreamOneAsync(database)),
                new Contender("queue", () => QueueAsync(queue, 1)),
                [0.6, 0.6, 0.5]),
            new(
                "queue, batches of 100: enqueue, receive, complete",
                new Contender("stream", () => StreamBatchAsync(database)),
                new Contender("queue", () => QueueAsync(queue, BatchSize)),
                [0.7, 0.7, 0.7],
                BatchSize),
        ];
    }

    private static async Task CreateStreamAsync(IDatabase database, RedisKey stream)
    {
        await database.KeyDeleteAsync(stream);
        await database.ExecuteAsync("XGROUP", "CREATE", stream, Group, "$", "MKSTREAM");
    }

    private static async Task StreamOneAsync(IDatabase database)
    {
        RedisKey stream = "bare:one";
        await database.ExecuteAsync("XADD", stream, "*", "b", Body);
        var id = Ids(await database.ExecuteAsync("XREADGROUP", "GROUP", Group, "c", "COUNT", 1, "STREAMS", stream, ">"));
        await EndAsync(database, stream, id);
    }

    private static async Task StreamBatchAsync(IDatabase database)
    {
        RedisKey stream = "bare:batch";
        var added = new Task[BatchSize];
        for (var i = 0; i < BatchSize; i++)
        {
            added[i] = database.ExecuteAsync("XADD", stream, "*", "b", Body);
        }

        await Task.WhenAll(added);
        var ids = Ids(await database.ExecuteAsync("XREADGROUP", "GROUP", Group, "c", "COUNT", BatchSize, "STREAMS", stream, ">"));
        await EndAsync(database, stream, ids);
    }

    private static Task EndAsync(IDatabase database, RedisKey stream, RedisValue[] ids) =>
        ids.Length == 0
            ? Task.CompletedTask
            : Task.WhenAll(
                database.ExecuteAsync("XACK", [stream, Group, .. ids.Select(static id => (object)id)]),
                database.ExecuteAsync("XDEL", [stream, .. ids.Select(static id => (object)id)]));

    private static RedisValue[] Ids(RedisResult reply)
    {
        if (reply.IsNull)
        {
            return [];
        }

        var entries = (RedisResult[])((RedisResult[])((RedisResult[])reply!)[0]!)[1]!;
        return [.. entries.Select(static entry => (RedisValue)((RedisResult[])entry!)[0])];
    }

    private static async Task QueueAsync(IQueue queue, int count)
    {
        var messages = new QueueMessage[count];
        for (var i = 0; i < count; i++)
        {
            messages[i] = new QueueMessage(Body);
        }

        await queue.EnqueueAsync(messages);
        var received = await queue.ReceiveAsync(count, Lease, TimeSpan.Zero);
        if (received.Count > 0)
        {
            var completions = new QueueCompletion[received.Count];
            for (var i = 0; i < completions.Length; i++)
            {
                completions[i] = new QueueCompletion(received[i].Receipt);
            }

            await queue.CompleteAsync(completions);
        }
    }
}
