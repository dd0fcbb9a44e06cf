using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>How a <see cref="QueueWorker"/> works.</summary>
/// <remarks>Bound from <c>Workers:&lt;name&gt;</c> of the suite's configuration section. Copied when the worker is made; later changes have no effect.</remarks>
public sealed record QueueWorkerOptions
{
    // The system's timers reach no further.
    internal static readonly TimeSpan GreatestHandlerTimeout = TimeSpan.FromDays(49);

    /// <summary>How many messages are handled at the same time, 1 to 1,000. Default: 4.</summary>
    public int Concurrency { get; set; } = 4;

    /// <summary>
    /// How many messages more are held ready for the next free handler, 0 to 1,000. Default: 4. Prefetched messages are leased, so a
    /// large number takes work away from other processes.
    /// </summary>
    public int Prefetch { get; set; } = 4;

    /// <summary>
    /// The lease on received messages, 1 second to 12 hours, renewed every third of it while a handler runs. It is how long a message
    /// waits after its worker's process died. Default: 30 seconds.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest that one attempt may take, 1 millisecond to 49 days; after it the attempt has failed, even if its handler never
    /// returns. Default: <see langword="null"/>, no bound.
    /// </summary>
    public TimeSpan? HandlerTimeout { get; set; }

    /// <summary>
    /// The longest that a message waits in its handler's slot for a rate limit, zero to <see cref="QueueLimits.MaxLease"/>; one that has
    /// to wait longer is deferred. Default: 5 seconds.
    /// </summary>
    public TimeSpan MaxRateLimitWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The delay before the first retry, zero to 366 days. It doubles with each failure, and half of it is random ("equal jitter"), so
    /// that messages which failed together do not come back together. Default: 1 second.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay before a retry, zero to 366 days. Default: 5 minutes.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The delays before the first, second and further retries, in place of <see cref="RetryDelay"/>, without jitter; the last one
    /// serves all that follow. Default: empty.
    /// </summary>
    public IList<TimeSpan> RetrySchedule { get; set; } = [];

    /// <summary>
    /// How long running handlers may take to finish once the worker is stopped, zero to 1 hour. Those that have not finished are
    /// cancelled, and their messages given back, within a second more. Default: 25 seconds.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);
}
