using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>The answer to a <see cref="RateLimitRequest"/>, with the figures of the rule that decided.</summary>
/// <remarks>
/// The figures are those of one dimension. Of a denied request: the one that denied; if several did, the one with the longest
/// <see cref="RetryAfter"/>, the first of these in the request's order. Of a granted request: the one with the smallest share of its limit
/// remaining (<see cref="Remaining"/> to <see cref="Limit"/>), the first of these. Dimensions without a limit are passed over. Durations are
/// rounded up, and <see cref="TimeSpan.MaxValue"/> where they are longer. A default value is a denial.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RateLimitDecision
{
    private readonly RateLimitRule? _rule;

    // Inlined like the methods that call it, so that the decision is made where it is wanted: each copy costs a tenth of a decision in memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RateLimitDecision(
        RateLimitRule rule,
        int dimension,
        long remaining,
        TimeSpan retryAfter,
        TimeSpan resetAfter,
        RateLimitReservation? reservation,
        bool isGranted,
        bool isDegraded)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfNegative(dimension);
        ArgumentOutOfRangeException.ThrowIfNegative(remaining);
        ArgumentOutOfRangeException.ThrowIfLessThan(resetAfter, TimeSpan.Zero);
        _rule = rule;
        IsGranted = isGranted;
        IsDegraded = isDegraded;
        DimensionIndex = dimension;
        Remaining = remaining;
        RetryAfter = retryAfter;
        ResetAfter = resetAfter;
        Reservation = reservation;
    }

    /// <summary>The answer to a request none of whose dimensions has a limit: granted.</summary>
    public static RateLimitDecision Unlimited { get; } = Granted(RateLimitRule.Unlimited, 0, long.MaxValue, TimeSpan.Zero);

    /// <summary>Whether the request was granted. If not, nothing was charged.</summary>
    public bool IsGranted { get; }

    /// <summary>
    /// Whether the backend could not be reached and the rules' fallbacks decided. The figures are then those of this process alone
    /// (<see cref="RateLimitFallback.Local"/>), or a guess.
    /// </summary>
    public bool IsDegraded { get; }

    /// <summary>The rule that the figures belong to: if the request was denied, the rule that denied it.</summary>
    public RateLimitRule Rule => _rule ?? RateLimitRule.Unlimited;

    /// <summary>The place of that rule's dimension in the request.</summary>
    public int DimensionIndex { get; }

    /// <summary>The rule's limit.</summary>
    public long Limit => Rule.Limit;

    /// <summary>How much remains of the limit after this decision. At least 0, also where there is debt.</summary>
    public long Remaining { get; }

    /// <summary>
    /// How long to wait before the same request can be granted; zero if it was granted, else more than zero. It is never too short: after
    /// this time the rules do not deny the request unless others have taken what became free.
    /// </summary>
    /// <remarks>
    /// For a concurrency rule: when enough leases run out unless they are renewed. They may be given back much sooner. Where the backend's wall
    /// clock was set back, a request of several dimensions can meet a window that was exhausted before, and has to wait again.
    /// </remarks>
    public TimeSpan RetryAfter { get; }

    /// <summary>
    /// How long until the whole limit is available again if nothing more is taken; for a concurrency rule, until all leases run out.
    /// </summary>
    public TimeSpan ResetAfter { get; }

    /// <summary>
    /// What the granted request holds, to be ended by <see cref="IRateLimiter.SettleAsync"/> or <see cref="IRateLimiter.ReleaseAsync"/>.
    /// <see langword="null"/> if it was denied or holds nothing (<see cref="RateLimitRequest.NeedsReservation"/>).
    /// </summary>
    public RateLimitReservation? Reservation { get; }

    /// <summary>Makes the answer to a granted request.</summary>
    /// <param name="rule">The rule that the figures belong to.</param>
    /// <param name="dimension">The place of its dimension in the request.</param>
    /// <param name="remaining">How much remains, at least 0.</param>
    /// <param name="resetAfter">How long until the whole limit is available again, at least zero.</param>
    /// <param name="reservation">What the request holds, or <see langword="null"/>.</param>
    /// <param name="isDegraded">Whether the rules' fallbacks decided.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is negative.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RateLimitDecision Granted(
        RateLimitRule rule, int dimension, long remaining, TimeSpan resetAfter, RateLimitReservation? reservation = null, bool isDegraded = false) =>
        new(rule, dimension, remaining, TimeSpan.Zero, resetAfter, reservation, isGranted: true, isDegraded);

    /// <summary>Makes the answer to a denied request.</summary>
    /// <param name="rule">The rule that denied it.</param>
    /// <param name="dimension">The place of its dimension in the request.</param>
    /// <param name="remaining">How much remains, at least 0: less than the request asks for.</param>
    /// <param name="retryAfter">How long to wait, more than zero. Rounded up, never down.</param>
    /// <param name="resetAfter">How long until the whole limit is available again, at least zero.</param>
    /// <param name="isDegraded">Whether the rules' fallbacks decided.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is negative, or <paramref name="retryAfter"/> is zero.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RateLimitDecision Denied(
        RateLimitRule rule, int dimension, long remaining, TimeSpan retryAfter, TimeSpan resetAfter, bool isDegraded = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(retryAfter, TimeSpan.Zero);
        return new(rule, dimension, remaining, retryAfter, resetAfter, reservation: null, isGranted: false, isDegraded);
    }

    /// <summary>Throws if the request was denied.</summary>
    /// <exception cref="RateLimitRejectedException">The request was denied.</exception>
    public void ThrowIfDenied()
    {
        if (!IsGranted)
        {
            throw new RateLimitRejectedException(this);
        }
    }
}
