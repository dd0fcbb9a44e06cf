using System.Collections.Frozen;

namespace Pipeline.Queues;

/// <summary>
/// Queues in the process's memory: the whole contract of <see cref="IQueue"/> for a single process, with nothing to install. What they
/// hold ends with the process.
/// </summary>
/// <remarks>Thread safe. Registered by <c>AddPipeline()</c> as the default; any backend that claims the role takes its place.</remarks>
public sealed class InMemoryQueueProvider : IQueueProvider, IDisposable
{
    private readonly FrozenDictionary<string, InMemoryQueue> _queues;

    /// <summary>Makes the queues of a catalog, all empty.</summary>
    /// <param name="catalog">The queues that the application declared.</param>
    /// <param name="timeProvider">The clock of leases, delays and deduplication.</param>
    public InMemoryQueueProvider(QueueCatalog catalog, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(timeProvider);
        Catalog = catalog;
        var clock = new QueueClock(timeProvider);
        _queues = catalog.Definitions.Values
            .Select((definition, ordinal) => new InMemoryQueue(this, definition, clock, ordinal))
            .ToFrozenDictionary(queue => queue.Definition.Name, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public QueueCatalog Catalog { get; }

    /// <inheritdoc/>
    public IQueue GetQueue(string name) => Find(name);

    /// <summary>Ends all waiting calls with <see cref="ObjectDisposedException"/> and lets go of the messages.</summary>
    public void Dispose()
    {
        foreach (var queue in _queues.Values)
        {
            queue.Dispose();
        }
    }

    internal InMemoryQueue Find(string name) => _queues[Catalog.Get(name).Name];
}
