namespace Pipeline.Queues;

/// <summary>What the producer of a typed message may say beside its value. Each property is that of <see cref="QueueMessage"/> with the same name.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record EnqueueOptions
{
    /// <summary>The id. Default: a random one.</summary>
    public Guid? Id { get; init; }

    /// <summary>Headers beside those that the suite sets. Default: none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The tenant. Default: that of the current call.</summary>
    public string? Tenant { get; init; }

    /// <summary>The deduplication key. Default: none.</summary>
    public string? DeduplicationKey { get; init; }

    /// <summary>The ordering key. Default: none.</summary>
    public string? OrderingKey { get; init; }

    /// <summary>The priority, 0 to 9, higher first. Default: 4.</summary>
    public int Priority { get; init; } = QueueLimits.DefaultPriority;

    /// <summary>How long the message waits before it can be received. Default: zero. Excludes <see cref="NotBefore"/>.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The time before which the message cannot be received. Default: none. Excludes <see cref="Delay"/>.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How many failures and crashes make it a dead letter. Default: the queue's own.</summary>
    public int? MaxDeliveries { get; init; }
}
