using System.Threading.RateLimiting;

namespace Pipeline.RateLimiting;

/// <summary>Lets any <see cref="IRateLimiter"/> serve where the framework's own limiters do, for instance in ASP.NET Core's middleware.</summary>
/// <remarks>
/// <para>The adapters ask the limiter in <c>AcquireAsync</c> alone, and never wait for a limit to recover: they are like limiters whose queue limit
/// is 0. <c>AttemptAcquire</c>, which must not block, asks nobody and fails; ASP.NET Core then calls <c>AcquireAsync</c>. As with the framework's
/// limiters, more permits than the limit are an <see cref="ArgumentOutOfRangeException"/>, and a call on a limiter that was disposed is an
/// <see cref="ObjectDisposedException"/>. A call for no permits asks whether the budget is exhausted; it does not wait either.</para>
/// <para>A lease that was acquired holds what it took of a concurrency rule, renewed meanwhile, until it is disposed. What the other kinds took stays
/// taken; estimates stay as they were charged. Its metadata are <see cref="MetadataName.RetryAfter"/> where it was refused, and those of
/// <see cref="RateLimitMetadata"/>.</para>
/// <para>Disposing an adapter disposes neither the limiter beneath nor the leases.</para>
/// </remarks>
public static class RateLimiterAdapterExtensions
{
    /// <summary>Makes a framework limiter of one key and rule. A permit costs 1.</summary>
    /// <param name="limiter">The limiter to ask.</param>
    /// <param name="key">Whose budget it is: 1 to 512 bytes of UTF-8 without control characters.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="timeProvider">The clock for the idle time and for renewals; <see langword="null"/> for the system's.</param>
    /// <returns>
    /// The limiter. Its statistics are of this adapter's own calls; the permits available are those after the last of them, as far as an
    /// <see cref="int"/> reaches. It is idle while no call is under way and no lease is held.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored.</exception>
    public static RateLimiter AsRateLimiter(this IRateLimiter limiter, string key, RateLimitRule rule, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        return new RateLimiterAdapter(limiter, new RateLimitDimension(key, rule), timeProvider ?? TimeProvider.System);
    }

    /// <summary>Makes a framework limiter that takes one or more dimensions for each resource, all or none.</summary>
    /// <typeparam name="TResource">What is limited, for instance <c>HttpContext</c>.</typeparam>
    /// <param name="limiter">The limiter to ask.</param>
    /// <param name="dimensions">
    /// The dimensions of a resource (a single <see cref="RateLimitDimension"/> will do) with what one permit costs. It is called once a call, on any thread.
    /// </param>
    /// <param name="timeProvider">The clock for renewals; <see langword="null"/> for the system's.</param>
    /// <returns>The limiter. It has no statistics, since it keeps nothing for a resource.</returns>
    public static PartitionedRateLimiter<TResource> AsPartitionedRateLimiter<TResource>(
        this IRateLimiter limiter, Func<TResource, RateLimitRequest> dimensions, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentNullException.ThrowIfNull(dimensions);
        return new PartitionedRateLimiterAdapter<TResource>(limiter, dimensions, timeProvider ?? TimeProvider.System);
    }
}
