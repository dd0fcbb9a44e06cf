using System.Collections.Frozen;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The declared queues in PostgreSQL. Thread safe.</summary>
internal sealed class PostgresQueueProvider : IQueueProvider, IAsyncDisposable
{
    private readonly FrozenDictionary<string, PostgresQueue> _queues;

    /// <param name="connection">The connection.</param>
    /// <param name="catalog">The queues that were declared.</param>
    public PostgresQueueProvider(PostgresConnection connection, QueueCatalog catalog)
    {
        Catalog = catalog;
        Signals = new PostgresQueueSignals(connection);
        Vacuum = new QueueVacuum(connection);
        _queues = catalog.Definitions.Values.ToFrozenDictionary(
            static definition => definition.Name, definition => new PostgresQueue(this, connection, definition), StringComparer.Ordinal);
    }

    public QueueCatalog Catalog { get; }

    public PostgresQueueSignals Signals { get; }

    public QueueVacuum Vacuum { get; }

    public bool IsDisposed { get; private set; }

    public IQueue GetQueue(string name) => Find(name);

    public PostgresQueue Find(string name) => _queues[Catalog.Get(name).Name];

    public async ValueTask DisposeAsync()
    {
        IsDisposed = true;
        await Signals.DisposeAsync().ConfigureAwait(false);
        foreach (var queue in _queues.Values)
        {
            queue.Dispose();
        }
    }
}
