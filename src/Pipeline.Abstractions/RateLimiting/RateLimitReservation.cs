namespace Pipeline.RateLimiting;

/// <summary>What a granted request holds until its end: estimates to be settled, and leases to be renewed and given back.</summary>
/// <remarks>
/// <para>Ended once, by <see cref="IRateLimiter.SettleAsync"/> where the true costs are known or by <see cref="IRateLimiter.ReleaseAsync"/>
/// where they are not. One that is never ended keeps its charges, and its leases run out.</para>
/// <para>Immutable.</para>
/// </remarks>
public sealed class RateLimitReservation
{
    /// <summary>
    /// How long after the decision a reservation with an estimate can at least be ended: 1 hour. Afterwards its charges stay as they were
    /// reserved.
    /// </summary>
    public static readonly TimeSpan MinSettlementTime = TimeSpan.FromHours(1);

    /// <summary>Makes the reservation for a granted request.</summary>
    /// <param name="id">What identifies it: new for each, and not empty.</param>
    /// <param name="request">The request, whose costs are what was reserved.</param>
    /// <param name="isDegraded">Whether it was granted while the backend could not be reached.</param>
    /// <exception cref="ArgumentException"><paramref name="id"/> is empty, or <paramref name="request"/> is a default value.</exception>
    public RateLimitReservation(Guid id, RateLimitRequest request, bool isDegraded = false)
    {
        if (id == Guid.Empty)
        {
            throw new ArgumentException("The id is empty. Give a new one for each reservation.", nameof(id));
        }

        RateLimitRequest.ThrowIfEmpty(request);
        Id = id;
        Request = request;
        IsDegraded = isDegraded;
    }

    /// <summary>What identifies the reservation.</summary>
    public Guid Id { get; }

    /// <summary>The request that was granted. The <see cref="RateLimitDimension.Cost"/> of each dimension is what was reserved.</summary>
    public RateLimitRequest Request { get; }

    /// <summary>
    /// Whether it was granted while the backend could not be reached. The backend has never heard of it: ending it changes at most what
    /// this process counts by itself.
    /// </summary>
    public bool IsDegraded { get; }

    /// <summary>Checks the true costs of a settlement: the check of a limiter's <see cref="IRateLimiter.SettleAsync"/>.</summary>
    /// <param name="actualCosts">One cost for each dimension.</param>
    /// <exception cref="ArgumentException">There are more or fewer costs than dimensions, or one is negative.</exception>
    public void ThrowIfInvalid(ReadOnlySpan<long> actualCosts)
    {
        if (actualCosts.Length != Request.Count)
        {
            throw new ArgumentException(
                $"There are {actualCosts.Length} costs for a reservation of {Request.Count} dimensions. Give one for each, in their order.",
                nameof(actualCosts));
        }

        if (actualCosts.ContainsAnyInRange(long.MinValue, -1))
        {
            throw new ArgumentException("A cost is negative. Give costs from 0 on.", nameof(actualCosts));
        }
    }
}
