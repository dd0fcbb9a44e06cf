namespace Pipeline.Caching;

/// <summary>How much a cache in the process's memory may hold. Both bounds hold at once.</summary>
/// <remarks>Bound from <c>Caching:Memory</c> of the suite's configuration section. Copied when the cache is made; later changes have no effect.</remarks>
public sealed record CacheMemoryOptions
{
    internal const long GreatestMaxEntries = 1_000_000_000;
    internal const long LeastMaxBytes = 1024 * 1024;
    internal const long GreatestMaxBytes = 1024L * 1024 * 1024 * 1024;

    /// <summary>The most entries, 1 to 1,000,000,000. Default: 100,000.</summary>
    public long MaxEntries { get; set; } = 100_000;

    /// <summary>
    /// The most bytes, from 1,048,576 (1 MiB) to 1,099,511,627,776 (1 TiB). An entry counts with its value, its key, its tags and about
    /// 260 bytes for its bookkeeping. One that is larger than the whole bound is not stored. Default: 268,435,456 (256 MiB).
    /// </summary>
    public long MaxBytes { get; set; } = 256 * 1024 * 1024;
}
