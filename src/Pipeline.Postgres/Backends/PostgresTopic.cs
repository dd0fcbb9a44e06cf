namespace Pipeline.Backends;

/// <summary>What notifications are about. Each has a channel of its own, and a process listens to all of them.</summary>
internal enum PostgresTopic
{
    /// <summary>Something came into a queue.</summary>
    Queues,

    /// <summary>Cache entries were invalidated.</summary>
    Caching,

    /// <summary>State was changed.</summary>
    State,
}
