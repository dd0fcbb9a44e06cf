using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>What the state of one dimension answers. For those who write a limiter; callers see a <see cref="RateLimitDecision"/>.</summary>
/// <remarks>Immutable.</remarks>
/// <param name="IsGranted">Whether the cost fits, or has been taken.</param>
/// <param name="Remaining">What remains of the limit, at least 0.</param>
/// <param name="RetryAfter">In how many ticks of <see cref="TimeSpan"/> the cost fits; 0 if granted, <see cref="long.MaxValue"/> if it takes longer.</param>
/// <param name="ResetAfter">In how many ticks of <see cref="TimeSpan"/> the whole limit is there; <see cref="long.MaxValue"/> if it takes longer.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RateLimitStanding(bool IsGranted, long Remaining, long RetryAfter, long ResetAfter)
{
    /// <summary>Creates one of a cost that fits.</summary>
    /// <param name="remaining">What remains of the limit, at least 0.</param>
    /// <param name="resetAfter">In how many ticks the whole limit is there.</param>
    public static RateLimitStanding Granted(long remaining, long resetAfter) => new(true, remaining, 0, resetAfter);

    /// <summary>Creates one of a cost that does not fit.</summary>
    /// <param name="remaining">What remains of the limit, at least 0.</param>
    /// <param name="retryAfter">In how many ticks the cost fits.</param>
    /// <param name="resetAfter">In how many ticks the whole limit is there.</param>
    public static RateLimitStanding Denied(long remaining, long retryAfter, long resetAfter) => new(false, remaining, retryAfter, resetAfter);

    /// <summary>Creates one of a state of which nothing is taken.</summary>
    /// <param name="rule">The rule.</param>
    public static RateLimitStanding Untouched(RateLimitRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Granted(rule.Limit, 0);
    }

    /// <summary>Creates one from a server that counts in microseconds.</summary>
    /// <param name="isGranted">Whether the cost fits, or has been taken.</param>
    /// <param name="remaining">What remains of the limit, at least 0.</param>
    /// <param name="retryAfter">In how many microseconds the cost fits, 0 if granted.</param>
    /// <param name="resetAfter">In how many microseconds the whole limit is there.</param>
    public static RateLimitStanding OfMicroseconds(bool isGranted, long remaining, long retryAfter, long resetAfter) =>
        new(isGranted, remaining, Ticks(retryAfter), Ticks(resetAfter));

    /// <summary>Makes the decision of a request that this dimension decides.</summary>
    /// <param name="rule">The dimension's rule.</param>
    /// <param name="place">The dimension's place in the request.</param>
    /// <param name="reservation">What was reserved, if the request is granted and needs one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RateLimitDecision ToDecision(RateLimitRule rule, int place, RateLimitReservation? reservation = null) => IsGranted
        ? RateLimitDecision.Granted(rule, place, Remaining, new TimeSpan(ResetAfter), reservation)
        : RateLimitDecision.Denied(rule, place, Remaining, new TimeSpan(RetryAfter), new TimeSpan(ResetAfter));

    /// <summary>
    /// Whether a decision gives this dimension's figures rather than those of one before it: a denial's before a grant's, of denials those of the longest wait, of grants
    /// those of the smallest share that remains.
    /// </summary>
    /// <param name="rule">The dimension's rule.</param>
    /// <param name="before">What the dimension before answered.</param>
    /// <param name="ruleBefore">That one's rule.</param>
    public bool Decides(RateLimitRule rule, in RateLimitStanding before, RateLimitRule ruleBefore)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(ruleBefore);
        if (IsGranted != before.IsGranted)
        {
            return before.IsGranted;
        }

        return IsGranted
            ? (Int128)Remaining * ruleBefore.Limit < (Int128)before.Remaining * rule.Limit
            : RetryAfter > before.RetryAfter;
    }

    private static long Ticks(long microseconds) =>
        microseconds > long.MaxValue / TimeSpan.TicksPerMicrosecond ? long.MaxValue : microseconds * TimeSpan.TicksPerMicrosecond;
}
