using System.Collections.Concurrent;
using Pipeline.Backends;
using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.FaultInjection;

/// <summary>
/// A queue provider between an application and its backend that lets calls fail before or after they took effect, or holds them up:
/// for tests of how the application takes it.
/// </summary>
/// <param name="inner">The provider that does the work. It is not disposed.</param>
/// <param name="faults">The faults to come.</param>
/// <remarks>Thread safe. Optional abilities are those of the inner provider, without faults.</remarks>
public sealed class FaultInjectingQueueProvider(IQueueProvider inner, QueueFaults faults) : IQueueProvider
{
    private readonly ConcurrentDictionary<string, IQueue> _queues = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public QueueCatalog Catalog => inner.Catalog;

    /// <inheritdoc />
    public IQueue GetQueue(string name)
    {
        var queue = inner.GetQueue(name);
        return _queues.GetOrAdd(name, _ => new FaultInjectingQueue(queue, faults));
    }

    /// <inheritdoc />
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability ?? ((ICapabilityProvider)inner).GetCapability<TCapability>();
}
