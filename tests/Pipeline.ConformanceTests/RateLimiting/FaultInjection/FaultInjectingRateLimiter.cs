using Pipeline.Backends;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.FaultInjection;

/// <summary>
/// A rate limiter between an application and its backend that lets calls fail before or after they took effect, or holds them up: for
/// tests of how the application takes it.
/// </summary>
/// <param name="inner">The limiter that does the work.</param>
/// <param name="faults">The faults to come.</param>
/// <remarks>Thread safe. Optional abilities are those of the inner limiter, without faults.</remarks>
public sealed class FaultInjectingRateLimiter(IRateLimiter inner, RateLimiterFaults faults) : IRateLimiter
{
    /// <inheritdoc />
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability ?? inner.GetCapability<TCapability>();

    /// <inheritdoc />
    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        faults.RunAsync(RateLimiterCall.Acquire, () => inner.AcquireAsync(request, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> SettleAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default) =>
        faults.RunAsync(RateLimiterCall.Settle, () => inner.SettleAsync(reservation, actualCosts, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        faults.RunAsync(RateLimiterCall.Release, () => inner.ReleaseAsync(reservation, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        faults.RunAsync(RateLimiterCall.Renew, () => inner.RenewAsync(reservation, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        faults.RunAsync(RateLimiterCall.Peek, () => inner.PeekAsync(request, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public async ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default) => await faults.RunAsync(
        RateLimiterCall.Reset,
        async () =>
        {
            await inner.ResetAsync(key, rule, cancellationToken);
            return true;
        },
        cancellationToken);
}
