using Pipeline.RateLimiting;

namespace Pipeline.Redis.RateLimiting;

/// <summary>Passes every call on to the limiter of the moment.</summary>
/// <param name="current">Finds it.</param>
/// <param name="afterReset">What follows a reset.</param>
internal sealed class ForwardingLimiter(Func<IRateLimiter> current, Func<ValueTask> afterReset) : IRateLimiter
{
    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        current().AcquireAsync(request, cancellationToken);

    public ValueTask<bool> SettleAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default) =>
        current().SettleAsync(reservation, actualCosts, cancellationToken);

    public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        current().ReleaseAsync(reservation, cancellationToken);

    public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        current().RenewAsync(reservation, cancellationToken);

    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        current().PeekAsync(request, cancellationToken);

    public async ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default)
    {
        await current().ResetAsync(key, rule, cancellationToken);
        await afterReset();
    }
}
