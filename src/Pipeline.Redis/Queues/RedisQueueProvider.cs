using System.Collections.Frozen;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Queues;

/// <summary>The declared queues in Redis. Thread safe.</summary>
internal sealed class RedisQueueProvider : IQueueProvider, IAsyncDisposable
{
    /// <summary>What one queue that is waited for may cost: with many of them, each is looked at less often.</summary>
    private static readonly TimeSpan PollOfEach = TimeSpan.FromSeconds(2);

    private readonly RedisConnection _connection;
    private readonly List<RedisQueue> _opened = [];
    private readonly FrozenDictionary<string, IQueue> _queues;
    private int _waiters;

    /// <param name="connection">The connection.</param>
    /// <param name="catalog">The queues that were declared.</param>
    /// <param name="options">How they stand in Redis.</param>
    /// <exception cref="InvalidOperationException">The options name a queue that was not declared.</exception>
    public RedisQueueProvider(RedisConnection connection, QueueCatalog catalog, RedisQueueOptions options)
    {
        _connection = connection;
        Catalog = catalog;
        if (options.Shards.Keys.FirstOrDefault(name => !catalog.Definitions.ContainsKey(name)) is { } unknown)
        {
            throw new InvalidOperationException($"Redis: Queues.Shards names the queue '{unknown}', which is not declared. Declare it with AddQueue, or correct the name.");
        }

        _queues = catalog.Definitions.Values.ToFrozenDictionary(
            static definition => definition.Name, definition => Open(definition, options.Shards.TryGetValue(definition.Name, out var shards) ? shards : 1), StringComparer.Ordinal);
    }

    public QueueCatalog Catalog { get; }

    public bool IsDisposed { get; private set; }

    /// <summary>How often who waits looks by himself, in case a notification was lost.</summary>
    public TimeSpan Poll => TimeSpan.FromTicks(Math.Max(RedisQueueSignals.Poll.Ticks, PollOfEach.Ticks * Volatile.Read(ref _waiters)));

    public IQueue GetQueue(string name) => _queues[Catalog.Get(name).Name];

    /// <summary>Finds where a message of a queue goes: the queue itself, or its shard.</summary>
    public RedisQueue Route(string name, QueueMessage message) => GetQueue(name) is RedisShardedQueue sharded ? sharded.ShardOf(message) : (RedisQueue)GetQueue(name);

    /// <summary>Counts the queues on which somebody waits for messages.</summary>
    public void CountWaiter(int change) => Interlocked.Add(ref _waiters, change);

    /// <summary>Whether the server is a cluster, on which queues do not share a script.</summary>
    public async ValueTask<bool> IsClusterAsync() =>
        (await _connection.GetSessionAsync("queue complete", CancellationToken.None).ConfigureAwait(false)).IsCluster;

    public ValueTask<RedisResult> RunAsync(RedisScript script, string operation, RedisKey[] keys, RedisValue[] arguments) =>
        _connection.EvaluateAsync(script, operation, keys, arguments, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        IsDisposed = true;
        foreach (var queue in _opened)
        {
            await queue.DisposeAsync().ConfigureAwait(false);
        }
    }

    private IQueue Open(QueueDefinition definition, int shards)
    {
        if (shards == 1)
        {
            return Add(new RedisQueue(this, _connection, definition));
        }

        // Each has an equal part of the room.
        var part = definition.Options.Capacity is { } capacity
            ? new QueueDefinition(definition.Name, definition.Options with { Capacity = Math.Max(1, (capacity + shards - 1) / shards) })
            : definition;
        return new RedisShardedQueue(definition, [.. Enumerable.Range(0, shards).Select(shard => Add(new RedisQueue(this, _connection, part, shard)))]);
    }

    private RedisQueue Add(RedisQueue queue)
    {
        _opened.Add(queue);
        return queue;
    }
}
