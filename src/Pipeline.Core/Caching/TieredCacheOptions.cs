namespace Pipeline.Caching;

/// <summary>How a <see cref="TieredCache"/> works.</summary>
/// <remarks>Bound from <c>Caching</c> of the suite's configuration section. Copied when the cache is made; later changes have no effect.</remarks>
public sealed record TieredCacheOptions
{
    /// <summary>How much the cache holds in this process.</summary>
    public CacheMemoryOptions Memory { get; set; } = new();

    /// <summary>How long entries live for which nothing else is said.</summary>
    public CacheEntryPreset Default { get; set; } = new();

    /// <summary>Presets by name, for <see cref="TieredCache.WithPreset"/>. A preset does not inherit from <see cref="Default"/>.</summary>
    public IDictionary<string, CacheEntryPreset> Presets { get; set; } = new Dictionary<string, CacheEntryPreset>(StringComparer.Ordinal);

    /// <summary>
    /// The greatest value that is stored, in bytes as serialised, 1 to 67,108,863. A larger one is returned to its callers and counted.
    /// Default: 1,048,576 (1 MiB).
    /// </summary>
    public int MaxValueBytes { get; set; } = 1024 * 1024;

    /// <summary>How long a call to the backend may take, 1 millisecond to 1 minute; then it has failed. Default: 1 second.</summary>
    public TimeSpan BackendTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After how many calls to the backend that failed in a row, 1 to 1,000, it is left alone for <see cref="BackendBreak"/>. Default: 5.
    /// </summary>
    public int BackendFailures { get; set; } = 5;

    /// <summary>
    /// How long a backend that fails is left alone before one call tries it again, 1 millisecond to 1 hour. Default: 5 seconds.
    /// </summary>
    public TimeSpan BackendBreak { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// While the backend's invalidation feed is interrupted: how long a copy in this process is served after the interruption began, or
    /// after it was made or read if that was later, before the backend is asked again; zero to 1 day. It bounds how long an
    /// invalidation by another process can go unnoticed. Default: 30 seconds.
    /// </summary>
    public TimeSpan UnconfirmedFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the lease on making a missing value lasts, 100 milliseconds to 1 hour, renewed every third of it while the value is being
    /// made. It is how long the fleet waits for a process that died. Default: 10 seconds.
    /// </summary>
    public TimeSpan FillLease { get; set; } = TimeSpan.FromSeconds(10);
}
