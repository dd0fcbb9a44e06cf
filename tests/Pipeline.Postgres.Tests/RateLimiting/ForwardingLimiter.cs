using Pipeline.RateLimiting;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>Passes every call on. A reset takes time, as on a clock that goes on: no server runs two statements in one microsecond.</summary>
/// <param name="inner">The limiter.</param>
/// <param name="afterReset">What follows a reset.</param>
internal sealed class ForwardingLimiter(IRateLimiter inner, Func<ValueTask> afterReset) : IRateLimiter
{
    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        inner.AcquireAsync(request, cancellationToken);

    public ValueTask<bool> SettleAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default) =>
        inner.SettleAsync(reservation, actualCosts, cancellationToken);

    public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        inner.ReleaseAsync(reservation, cancellationToken);

    public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        inner.RenewAsync(reservation, cancellationToken);

    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        inner.PeekAsync(request, cancellationToken);

    public async ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default)
    {
        await inner.ResetAsync(key, rule, cancellationToken);
        await afterReset();
    }
}
