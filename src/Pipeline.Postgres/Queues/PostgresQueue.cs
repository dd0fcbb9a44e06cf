using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>
/// A queue in PostgreSQL: a table of messages of which leasing changes no indexed column, one row a receive that says when its leases run out, and functions that
/// each do one call of the contract. The layout is written down in docs/postgres.md, the reasons in docs/decisions.md. Thread safe.
/// </summary>
internal sealed partial class PostgresQueue : IQueue, ITransactionalQueue, IDisposable
{
    /// <summary>How many calls for a single message each may be sent together.</summary>
    private const int SinglesOfCall = 256;

    private readonly PostgresQueueProvider _provider;
    private readonly PostgresConnection _connection;
    private readonly QueueTenants _tenants;
    private readonly OpenReceives _open = new();
    private readonly ReceivePace _pace;
    private readonly CallCoalescer<QueueMessage, EnqueueResult> _enqueuing;
    private readonly CallCoalescer<TimeSpan, TakenMessage> _receiving;
    private readonly CallCoalescer<QueueReceipt, bool> _completing;
    private int _id;

    /// <param name="provider">What it belongs to.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="definition">The queue.</param>
    public PostgresQueue(PostgresQueueProvider provider, PostgresConnection connection, QueueDefinition definition)
    {
        _provider = provider;
        _connection = connection;
        _tenants = new QueueTenants(connection);
        _pace = new ReceivePace(connection.Time);
        Definition = definition;
        DeadLetters = new PostgresDeadLetterQueue(this);
        _enqueuing = new(AddSinglesAsync, SinglesOfCall);
        _receiving = new(TakeSinglesAsync, SinglesOfCall);
        _completing = new(EndSinglesAsync, SinglesOfCall);
    }

    public QueueDefinition Definition { get; }

    public IDeadLetterQueue DeadLetters { get; }

    public int MaxDeliveries => Definition.Options.MaxDeliveries;

    public bool Blocks => Definition.Options.DeadLetterBlocksOrderingKey;

    private bool ProducersWait => Definition.Options is { Capacity: not null, WhenFull: QueueFullMode.Wait };

    public async ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await CallAsync(
            "queue stats",
            "stats",
            this,
            static (parameters, queue) => parameters.Int(queue._id).Int(queue.MaxDeliveries).Bool(queue.Blocks),
            static async (reader, _, deadline) =>
            {
                await reader.ReadAsync(deadline).ConfigureAwait(false);
                return new QueueStats
                {
                    Ready = Math.Max(0, reader.GetInt64(0)),
                    Blocked = reader.GetInt64(1),
                    Leased = reader.GetInt64(2),
                    Delayed = reader.GetInt64(3),
                    Dead = reader.GetInt64(4),
                    OldestAge = TimeSpan.FromMicroseconds(reader.GetInt64(5)),
                    TotalEnqueued = reader.GetInt64(6),
                    TotalCompleted = reader.GetInt64(7),
                    TotalFailures = reader.GetInt64(8),
                    TotalCrashes = reader.GetInt64(9),
                    TotalDeadLettered = reader.GetInt64(10),
                };
            }).ConfigureAwait(false);
    }

    /// <summary>Finds the queue's number, which it keeps.</summary>
    public async ValueTask<int> GetIdAsync()
    {
        if (_id == 0)
        {
            _id = await _connection.QueryAsync(
                "queue open",
                _connection.Sql["Queues/open.sql"],
                Definition.Name,
                static (parameters, name) => parameters.Text(name),
                static async (reader, _, deadline) =>
                {
                    await reader.ReadAsync(deadline).ConfigureAwait(false);
                    return reader.GetInt32(0);
                }).ConfigureAwait(false);
        }

        return _id;
    }

    /// <summary>
    /// Runs a statement on the queue. Once sent, a call is not cancelled: whether it was done could not be told then. It ends with its deadline at the latest.
    /// </summary>
    public async ValueTask<T> CallAsync<TState, T>(
        string operation,
        string statement,
        TState state,
        Action<NpgsqlParameterCollection, TState> bind,
        Func<NpgsqlDataReader, TState, CancellationToken, ValueTask<T>> read)
    {
        ObjectDisposedException.ThrowIf(_provider.IsDisposed, _provider);
        await GetIdAsync().ConfigureAwait(false);
        return await _connection.QueryAsync(operation, _connection.Sql[$"Queues/{statement}.sql"], state, bind, read, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Wakes who waits for messages of the queue.</summary>
    public void TellOfMessages() => _provider.Signals.Tell(_id, isRoom: false);

    /// <summary>Finds the name of a tenant.</summary>
    public async ValueTask<string> TenantNameAsync(int number)
    {
        if (!_tenants.TryGetName(number, out var name))
        {
            await _tenants.LearnNamesAsync([number]).ConfigureAwait(false);
        }

        return _tenants.TryGetName(number, out name) ? name : throw new InvalidOperationException("A message is of a tenant that the server does not know.");
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Reads indexes, from 1; none where there is a null.</summary>
    private static async ValueTask<int[]> ReadIndexesAsync<TState>(NpgsqlDataReader reader, TState state, CancellationToken deadline)
    {
        await reader.ReadAsync(deadline).ConfigureAwait(false);
        return await reader.IsDBNullAsync(0, deadline).ConfigureAwait(false) ? [] : await reader.GetFieldValueAsync<int[]>(0, deadline).ConfigureAwait(false);
    }
}
