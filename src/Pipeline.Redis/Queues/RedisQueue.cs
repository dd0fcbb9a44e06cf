using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Queues;

/// <summary>
/// A queue in Redis: lists of ready messages, one sorted set of leases whose members are receipts, and scripts that each do one call of the contract.
/// The layout is written down in queue.lua, the reasons in docs/decisions.md. Thread safe.
/// </summary>
internal sealed partial class RedisQueue : IQueue, IAsyncDisposable
{
    /// <summary>How many calls for a single message each may be sent together.</summary>
    private const int SinglesOfCall = 256;

    private readonly RedisQueueProvider _provider;
    private readonly RedisConnection _connection;
    private readonly RedisQueueSignals _signals;
    private readonly int _shard;
    private readonly RedisValue _channel;
    private readonly RedisValue _maxDeliveries;
    private readonly RedisValue _blocks;
    private readonly CallCoalescer<QueueMessage, EnqueueResult> _enqueuing;
    private readonly CallCoalescer<TimeSpan, TakenMessage> _receiving;
    private readonly CallCoalescer<QueueReceipt, bool> _completing;

    /// <param name="provider">What it belongs to.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="definition">The queue.</param>
    /// <param name="shard">Which shard of the queue it is; <see langword="null"/> if the queue has none.</param>
    public RedisQueue(RedisQueueProvider provider, RedisConnection connection, QueueDefinition definition, int? shard = null)
    {
        _provider = provider;
        _connection = connection;
        Definition = definition;
        _shard = shard ?? 0;
        var tag = RedisKeySpace.EscapeTag(definition.Name) + (shard is { } number ? $"#{number}" : "");
        Key = $"{connection.Keys.Root}q:{{{tag}}}";
        Keys = [Key, Key.Append(":never")];
        var channel = connection.Keys.Channel("q:" + tag);
        _channel = channel;
        _maxDeliveries = definition.Options.MaxDeliveries;
        _blocks = definition.Options.DeadLetterBlocksOrderingKey ? "1" : "";
        _signals = new RedisQueueSignals(connection, channel);
        DeadLetters = new RedisDeadLetterQueue(this);
        _enqueuing = new(AddSinglesAsync, SinglesOfCall);
        _receiving = new(TakeSinglesAsync, SinglesOfCall);
        _completing = new(EndSinglesAsync, SinglesOfCall);
    }

    public QueueDefinition Definition { get; }

    public IDeadLetterQueue DeadLetters { get; }

    /// <summary>What all keys of the queue begin with.</summary>
    public RedisKey Key { get; }

    /// <summary>
    /// What the scripts are given: the queue, and a key that never exists. While a slot moves, a node refuses a script one of whose keys it misses; a script that
    /// names only what is there would run half on the one node and half on the other, since it works out its further keys by itself.
    /// </summary>
    public RedisKey[] Keys { get; }

    public async ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reply = await RunAsync(RedisQueueScripts.Stats, "queue stats", [.. Common]).ConfigureAwait(false);
        var figures = (long[])reply!;
        var (enqueued, completed, dead, redriven) = (figures[0], figures[1], figures[4], figures[5]);
        var (blocked, leased, delayed) = (figures[6], figures[7], figures[8]);
        return new QueueStats
        {
            Ready = Math.Max(0, enqueued + redriven - completed - dead - blocked - leased - delayed),
            Blocked = blocked,
            Leased = leased,
            Delayed = delayed,
            Dead = figures[9],
            OldestAge = TimeSpan.FromTicks(figures[10] * TimeSpan.TicksPerMicrosecond),
            TotalEnqueued = enqueued,
            TotalCompleted = completed,
            TotalFailures = figures[2],
            TotalCrashes = figures[3],
            TotalDeadLettered = dead,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _signals.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    /// <summary>
    /// Runs a script on the queue. Once sent, a call is not cancelled: whether it was done could not be told then. It ends with its deadline at the latest.
    /// </summary>
    public ValueTask<RedisResult> RunAsync(RedisScript script, string operation, RedisValue[] arguments)
    {
        ObjectDisposedException.ThrowIf(_provider.IsDisposed, _provider);
        return _connection.EvaluateAsync(script, operation, Keys, arguments, CancellationToken.None);
    }

    /// <summary>The arguments that most scripts begin with: channel, maximum of deliveries, whether a dead letter blocks its key.</summary>
    public IEnumerable<RedisValue> Common => [_channel, _maxDeliveries, _blocks];

    /// <summary>Finds a receipt or the like by the indexes, from 1, that a script replied.</summary>
    private static QueueReceipt[] Lost<T>(RedisResult reply, IReadOnlyList<T> items, Func<T, QueueReceipt> receiptOf)
    {
        var indexes = (long[])reply!;
        return indexes.Length == 0 ? [] : [.. indexes.Select(index => receiptOf(items[(int)index - 1]))];
    }
}
