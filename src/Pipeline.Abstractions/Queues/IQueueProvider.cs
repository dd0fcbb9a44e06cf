using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>Gives the declared queues of one backend by name. The role that a backend registers to carry queues.</summary>
/// <remarks>Thread safe.</remarks>
public interface IQueueProvider : ICapabilityProvider
{
    /// <summary>The queues that were declared.</summary>
    QueueCatalog Catalog { get; }

    /// <summary>Finds a queue. The same name gives the same instance.</summary>
    /// <param name="name">The queue's name.</param>
    /// <returns>The queue.</returns>
    /// <exception cref="ArgumentException">No queue of this name was declared.</exception>
    IQueue GetQueue(string name);
}
