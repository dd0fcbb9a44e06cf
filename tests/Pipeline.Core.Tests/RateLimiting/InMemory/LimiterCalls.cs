namespace Pipeline.RateLimiting;

/// <summary>The in-memory limiter completes every call at once, so its tests need not await.</summary>
internal static class LimiterCalls
{
    public static RateLimitDecision Acquire(this InMemoryRateLimiter limiter, RateLimitRequest request) => ResultOf(limiter.AcquireAsync(request));

    public static RateLimitDecision Peek(this InMemoryRateLimiter limiter, RateLimitRequest request) => ResultOf(limiter.PeekAsync(request));

    public static bool Settle(this InMemoryRateLimiter limiter, RateLimitReservation reservation, params long[] costs) =>
        ResultOf(limiter.SettleAsync(reservation, costs));

    public static bool Release(this InMemoryRateLimiter limiter, RateLimitReservation reservation) => ResultOf(limiter.ReleaseAsync(reservation));

    public static bool Renew(this InMemoryRateLimiter limiter, RateLimitReservation reservation) => ResultOf(limiter.RenewAsync(reservation));

    public static T ResultOf<T>(ValueTask<T> call) =>
        call.IsCompletedSuccessfully ? call.Result : throw new InvalidOperationException("The call did not complete at once.");
}
