namespace Pipeline.Queues;

/// <summary>The bounds that every queue keeps, whatever its backend.</summary>
public static class QueueLimits
{
    /// <summary>The most messages, receipts or completions of one call: 1,000. A call is one round trip, so a batch has to fit one.</summary>
    public const int MaxBatchSize = 1_000;

    /// <summary>The lowest priority: 0.</summary>
    public const int MinPriority = 0;

    /// <summary>The highest priority, received first: 9.</summary>
    public const int MaxPriority = 9;

    /// <summary>The priority of a message that names none: 4.</summary>
    public const int DefaultPriority = 4;

    /// <summary>The most bytes of UTF-8 that the headers of one message take, names and values together: 16 KiB.</summary>
    public const int MaxHeaderBytes = 16 * 1024;

    /// <summary>The most attempts that are kept with a message for its dead letter: 32. Of more, the latest are kept.</summary>
    public const int MaxAttemptsKept = 32;

    /// <summary>The shortest lease: 100 milliseconds.</summary>
    public static readonly TimeSpan MinLease = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest lease: 12 hours. A longer job renews its lease.</summary>
    public static readonly TimeSpan MaxLease = TimeSpan.FromHours(12);

    /// <summary>The longest delay of a message: 366 days.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromDays(366);
}
