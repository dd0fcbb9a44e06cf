namespace Pipeline.Queues;

/// <summary>What one queue promises. The same options hold on every backend.</summary>
/// <remarks>Bound from <c>Queues:&lt;name&gt;</c> of the suite's configuration section. Copied when the queue is made; later changes have no effect.</remarks>
public sealed record QueueOptions
{
    /// <summary>The greatest <see cref="MaxDeliveries"/>: 1,000.</summary>
    public const int GreatestMaxDeliveries = 1_000;

    /// <summary>The greatest <see cref="MaxBodyBytes"/>: 64 MiB.</summary>
    public const int GreatestMaxBodyBytes = 64 * 1024 * 1024;

    /// <summary>The longest body that is accepted, in bytes, 1 to 64 MiB. Default: 256 KiB.</summary>
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>How many failures and crashes together make a message a dead letter, 1 to 1,000. Default: 5.</summary>
    public int MaxDeliveries { get; set; } = 5;

    /// <summary>How long a deduplication key is remembered, counted from its first message: 1 second to 7 days. Default: 5 minutes.</summary>
    public TimeSpan DeduplicationWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The most messages that the queue holds, dead letters apart; 1 or more. Default: <see langword="null"/>, no bound. It bounds what
    /// producers add: follow-ups, retries and redrives are work that was accepted already, and are never refused. What a producer meets
    /// at a full queue is <see cref="WhenFull"/>.
    /// </summary>
    public long? Capacity { get; set; }

    /// <summary>What an enqueue without room does. Default: <see cref="QueueFullMode.Refuse"/>.</summary>
    public QueueFullMode WhenFull { get; set; }

    /// <summary>
    /// Whether a dead letter holds back the later messages of its ordering key until it is redriven or discarded. Default:
    /// <see langword="false"/>, they go on without it.
    /// </summary>
    public bool DeadLetterBlocksOrderingKey { get; set; }

    /// <summary>
    /// How many messages a tenant gets in each round, 1 to 100, by tenant. Default: empty; a tenant that is not named gets 1.
    /// </summary>
    public IDictionary<string, int> TenantWeights { get; set; } = new Dictionary<string, int>(StringComparer.Ordinal);
}
