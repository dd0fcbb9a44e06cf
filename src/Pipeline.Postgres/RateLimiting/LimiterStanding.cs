using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>What a state says to one dimension. Durations are microseconds; <see cref="long.MaxValue"/> where they are longer.</summary>
/// <param name="IsGranted">Whether the cost fits, or has been taken.</param>
/// <param name="Remaining">What remains of the limit, at least 0.</param>
/// <param name="RetryAfter">0 if granted.</param>
/// <param name="ResetAfter">How long until the whole limit is there.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LimiterStanding(bool IsGranted, long Remaining, long RetryAfter, long ResetAfter)
{
    /// <summary>Nothing was taken.</summary>
    public static LimiterStanding Untouched(RateLimitRule rule) => new(IsGranted: true, rule.Limit, 0, 0);

    public RateLimitDecision ToDecision(RateLimitRule rule, int place, RateLimitReservation? reservation = null) => IsGranted
        ? RateLimitDecision.Granted(rule, place, Remaining, Duration(ResetAfter), reservation)
        : RateLimitDecision.Denied(rule, place, Remaining, Duration(RetryAfter), Duration(ResetAfter));

    /// <summary>Whether these figures are given rather than those of a dimension before.</summary>
    public bool Decides(RateLimitRule rule, in LimiterStanding before, RateLimitRule ruleBefore)
    {
        if (IsGranted != before.IsGranted)
        {
            return before.IsGranted;
        }

        return IsGranted
            ? (Int128)Remaining * ruleBefore.Limit < (Int128)before.Remaining * rule.Limit
            : RetryAfter > before.RetryAfter;
    }

    private static TimeSpan Duration(long microseconds) => microseconds > long.MaxValue / TimeSpan.TicksPerMicrosecond
        ? TimeSpan.MaxValue
        : new TimeSpan(microseconds * TimeSpan.TicksPerMicrosecond);
}
