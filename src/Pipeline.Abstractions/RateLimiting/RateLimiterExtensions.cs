namespace Pipeline.RateLimiting;

/// <summary>Shorter forms of <see cref="IRateLimiter"/>'s methods.</summary>
public static class RateLimiterExtensions
{
    /// <summary>Ends a reservation at one true cost, for a request whose estimates are all of one unit.</summary>
    /// <param name="limiter">The limiter that granted the request.</param>
    /// <param name="reservation">The reservation.</param>
    /// <param name="actualCost">The true cost of every dimension with an estimate, at least 0.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns><see langword="true"/> if this call ended the reservation.</returns>
    /// <remarks>As <see cref="IRateLimiter.SettleAsync"/> with the same cost for each dimension.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="actualCost"/> is negative.</exception>
    /// <exception cref="Backends.BackendUnavailableException">The backend did not answer. The call may be repeated.</exception>
    public static ValueTask<bool> SettleAsync(
        this IRateLimiter limiter, RateLimitReservation reservation, long actualCost, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentNullException.ThrowIfNull(reservation);
        ArgumentOutOfRangeException.ThrowIfNegative(actualCost);
        var costs = new long[reservation.Request.Count];
        Array.Fill(costs, actualCost);
        return limiter.SettleAsync(reservation, costs, cancellationToken);
    }
}
