using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>In-memory queues that tell of each call.</summary>
internal sealed class ObservedQueueProvider(InMemoryQueueProvider inner) : IQueueProvider, IDisposable
{
    private readonly Dictionary<string, ObservedQueue> _queues =
        inner.Catalog.Definitions.Keys.ToDictionary(name => name, name => new ObservedQueue(inner.GetQueue(name)), StringComparer.Ordinal);

    public QueueCatalog Catalog => inner.Catalog;

    public IQueue GetQueue(string name) => _queues[Catalog.Get(name).Name];

    public void Dispose() => inner.Dispose();
}
