namespace Pipeline.Queues;

/// <summary>What is in a queue, and what went through it, as its backend knows it.</summary>
/// <remarks>Immutable. All figures are of one moment, except where a sharded backend adds up its shards.</remarks>
public sealed record QueueStats
{
    /// <summary>Messages that can be received now.</summary>
    public required long Ready { get; init; }

    /// <summary>Messages that wait for an earlier one of the same ordering key.</summary>
    public required long Blocked { get; init; }

    /// <summary>Messages that are being worked on.</summary>
    public required long Leased { get; init; }

    /// <summary>Messages that wait for their time: delayed, deferred, or between two attempts.</summary>
    public required long Delayed { get; init; }

    /// <summary>Dead letters.</summary>
    public required long Dead { get; init; }

    /// <summary>
    /// How long the message that has waited longest could have been received, counted from when it became ready; zero where none is
    /// ready. A delay is not part of it, so that it measures how far consumers are behind.
    /// </summary>
    public required TimeSpan OldestAge { get; init; }

    /// <summary>Messages ever enqueued, follow-ups included, duplicates not.</summary>
    public required long TotalEnqueued { get; init; }

    /// <summary>Messages ever completed.</summary>
    public required long TotalCompleted { get; init; }

    /// <summary>Failures ever charged: attempts that failed, and messages that were rejected.</summary>
    public required long TotalFailures { get; init; }

    /// <summary>Crashes ever charged.</summary>
    public required long TotalCrashes { get; init; }

    /// <summary>Messages that ever became dead letters.</summary>
    public required long TotalDeadLettered { get; init; }

    /// <summary>Messages that are not dead and not done: ready, blocked, leased and delayed.</summary>
    public long Depth => Ready + Blocked + Leased + Delayed;
}
