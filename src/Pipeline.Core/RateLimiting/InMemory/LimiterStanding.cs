using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>What a state answers to one dimension. Durations are ticks of <see cref="TimeSpan"/>.</summary>
/// <param name="IsGranted">Whether the cost fits.</param>
/// <param name="Remaining">What remains of the limit, at least 0.</param>
/// <param name="RetryAfter">0 if granted.</param>
/// <param name="ResetAfter">How long until the whole limit is there.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LimiterStanding(bool IsGranted, long Remaining, long RetryAfter, long ResetAfter)
{
    public static LimiterStanding Granted(long remaining, long resetAfter) => new(true, remaining, 0, resetAfter);

    public static LimiterStanding Denied(long remaining, long retryAfter, long resetAfter) => new(false, remaining, retryAfter, resetAfter);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RateLimitDecision ToDecision(RateLimitRule rule, int dimension, RateLimitReservation? reservation = null) => IsGranted
        ? RateLimitDecision.Granted(rule, dimension, Remaining, new TimeSpan(ResetAfter), reservation)
        : RateLimitDecision.Denied(rule, dimension, Remaining, new TimeSpan(RetryAfter), new TimeSpan(ResetAfter));
}
