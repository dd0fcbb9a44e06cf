namespace Pipeline.Caching;

/// <summary>How long entries of a <see cref="TieredCache"/> live, and what it does while a value is being made or cannot be made.</summary>
/// <remarks>
/// Bound from <c>Caching:Default</c> and <c>Caching:Presets:&lt;name&gt;</c> of the suite's configuration section. What
/// <c>HybridCacheEntryOptions</c> says for a call takes the place of <see cref="FreshFor"/> and <see cref="LocalFor"/>. Copied when
/// the cache is made; later changes have no effect.
/// </remarks>
public sealed record CacheEntryPreset
{
    internal const double GreatestFraction = 0.99;
    internal static readonly TimeSpan GreatestTimeout = TimeSpan.FromHours(24);

    /// <summary>How long a value is fresh after it was made, 1 millisecond to 3,650 days. Default: 5 minutes.</summary>
    public TimeSpan FreshFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long this process serves its own copy before it reads the entry from the backend again, 1 millisecond to 3,650 days; never
    /// longer than the entry is fresh. Default: <see langword="null"/>, as long as the entry is fresh. Where the backend has no
    /// invalidation feed, this is how long an invalidation by another process can go unnoticed.
    /// </summary>
    public TimeSpan? LocalFor { get; set; }

    /// <summary>
    /// How long after its fresh time a value is kept to stand in for one that cannot be made (fail-safe), zero to 3,650 days. Default:
    /// zero, no stale value is ever served.
    /// </summary>
    public TimeSpan StaleFor { get; set; }

    /// <summary>
    /// How long callers wait for a new value while there is a stale one, zero to 24 hours; then they get the stale one, and the new one
    /// is made in the background. Needs <see cref="StaleFor"/>. Default: <see langword="null"/>, they wait for the new value.
    /// </summary>
    public TimeSpan? SoftTimeout { get; set; }

    /// <summary>
    /// How long callers wait for a new value at most, 1 millisecond to 24 hours, counted from when the cache has found that there is no
    /// fresh one. Then they get the stale value, or else a <see cref="CacheFillTimeoutException"/>, and what makes the value is told to
    /// stop. Default: <see langword="null"/>, no bound.
    /// </summary>
    public TimeSpan? HardTimeout { get; set; }

    /// <summary>
    /// After a stale value had to stand in: how long it is served before the next attempt to make a new one, zero to 24 hours.
    /// An early refresh that failed waits as long. Default: 5 seconds.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The part of <see cref="FreshFor"/> after which the next call has the value made anew in the background, while all callers go on
    /// with the one that is there: 0.01 to 0.99. Default: <see langword="null"/>, only once the value is no longer fresh.
    /// </summary>
    public double? EarlyRefresh { get; set; }

    /// <summary>
    /// The greatest part of <see cref="FreshFor"/> by which the fresh time of an entry is shortened, at random, so that entries
    /// made together do not expire together: 0 to 0.99. It never lengthens. Default: 0.
    /// </summary>
    public double Jitter { get; set; }

    /// <summary>
    /// Whether one process of the fleet makes a missing value while the others take a stale one or wait. Without effect where the
    /// backend has no <see cref="ICacheFillLeases"/>. Default: <see langword="true"/>.
    /// </summary>
    public bool UseFillLease { get; set; } = true;

    /// <summary>
    /// How long this process waits for another's fill before it makes the value itself, zero to 24 hours. A process that died does not hold
    /// the others up for so long: its lease runs out. Default: 1 minute.
    /// </summary>
    public TimeSpan FillWait { get; set; } = TimeSpan.FromMinutes(1);
}
