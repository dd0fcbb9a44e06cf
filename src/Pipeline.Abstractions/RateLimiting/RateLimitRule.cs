using Pipeline.Backends;
using static System.FormattableString;

namespace Pipeline.RateLimiting;

/// <summary>How much may happen in what time: a rate limit without the key it is counted under.</summary>
/// <remarks>
/// <para>Immutable and compared by value; make rules once and keep them. What is counted are costs: whole numbers of any unit (requests,
/// tokens, cents). Durations are whole milliseconds.</para>
/// <para><b>The promise</b> of every kind holds for the charges as reserved by non-degraded decisions, less what settlements have given back, on
/// any number of processes, however wrong their clocks are: the backend's clock decides. What a settlement adds on top of a reservation is
/// debt, which later requests wait for. A server that loses state that it had acknowledged (a promoted replica) can exceed a rule by the
/// charges that were lost.</para>
/// <para>A rule that denies says when to try again (<see cref="RateLimitDecision.RetryAfter"/>).</para>
/// </remarks>
public sealed partial record RateLimitRule
{
    /// <summary>The greatest limit, burst and refill amount: 10^12.</summary>
    public const long MaxLimit = 1_000_000_000_000;

    /// <summary>
    /// The most that one state ever counts, debt included: 2^53 - 1. A settlement beyond it counts as this much, so that no sum overflows
    /// and every number is exact, also in a script language that has nothing but doubles.
    /// </summary>
    public const long MaxCharge = (1L << 53) - 1;

    /// <summary>The shortest window, refill period and lease: 1 millisecond.</summary>
    public static readonly TimeSpan MinWindow = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest window, refill period and lease: 366 days.</summary>
    public static readonly TimeSpan MaxWindow = TimeSpan.FromDays(366);

    private RateLimitRule(RateLimitRuleKind kind, long limit, TimeSpan window, long refillAmount)
    {
        Kind = kind;
        Limit = limit;
        Window = window;
        RefillAmount = refillAmount;
        StateId = MakeStateId();
        Name = ToString();
    }

    /// <summary>The rule that grants everything and keeps no state: <c>off</c> in configuration.</summary>
    /// <remarks>A backend passes over a dimension with this rule; a request that has no other is granted without any I/O.</remarks>
    public static RateLimitRule Unlimited { get; } = new(RateLimitRuleKind.Unlimited, long.MaxValue, TimeSpan.Zero, 0);

    /// <summary>How the rule counts.</summary>
    public RateLimitRuleKind Kind { get; }

    /// <summary>
    /// The most that may be charged: in a window, in a full bucket, or at the same time. From 1 to <see cref="MaxLimit"/>;
    /// <see cref="long.MaxValue"/> for <see cref="Unlimited"/>.
    /// </summary>
    public long Limit { get; }

    /// <summary>
    /// The length of a sliding or fixed window, the period in which a bucket gains <see cref="RefillAmount"/>, or how long a lease of a
    /// concurrency rule lasts. Zero for calendar rules and for <see cref="Unlimited"/>.
    /// </summary>
    public TimeSpan Window { get; }

    /// <summary>How much a bucket gains in each <see cref="Window"/>. 0 for the other kinds.</summary>
    public long RefillAmount { get; }

    /// <summary>
    /// The name for refusals, metrics and logs, for instance <c>tokens</c>. By default the rule's description, for instance <c>100 in any
    /// 60 s</c>.
    /// </summary>
    public string Name { get; private init; }

    /// <summary>What the rule says while the backend cannot be reached. <see cref="RateLimitFallback.Deny"/> by default.</summary>
    public RateLimitFallback OnUnavailable { get; private init; }

    /// <summary>
    /// How much of <see cref="Limit"/> this process may grant by itself while the backend cannot be reached. <see langword="null"/> unless
    /// <see cref="OnUnavailable"/> is <see cref="RateLimitFallback.Local"/>.
    /// </summary>
    public long? LocalShare { get; private init; }

    /// <summary>
    /// What, together with a key, identifies the state: the kind, and the window in milliseconds where it has one. <c>s60000</c> (sliding),
    /// <c>t60000</c> (token bucket), <c>f60000</c> (fixed), <c>d</c> and <c>m</c> (calendar), <c>c</c> (concurrency); empty for
    /// <see cref="Unlimited"/>.
    /// </summary>
    /// <remarks>
    /// Rules with the same text share the state of a key; others do not. So a key can have a rule a minute and a rule a day, and a changed
    /// limit goes on counting where the old one stood (of the new limit remains what is not charged, and a bucket lacks what it lacked), while a
    /// changed kind or window begins anew. How fast a bucket was refilled between two calls whose rules differ in that is not told. The text is
    /// part of the stored format.
    /// </remarks>
    public string StateId { get; }

    /// <summary>At most <paramref name="limit"/> in any interval of the length <paramref name="window"/>.</summary>
    /// <param name="limit">From 1 to 10^12.</param>
    /// <param name="window">From 1 millisecond to 366 days, in whole milliseconds.</param>
    /// <returns>The rule.</returns>
    /// <remarks>
    /// State is bounded whatever the limit, so a charge may count a little longer than the window, up to 65/64 of it: the rule errs on the
    /// strict side only.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static RateLimitRule SlidingWindow(long limit, TimeSpan window) =>
        new(RateLimitRuleKind.SlidingWindow, CheckAmount(limit), CheckWindow(window), 0);

    /// <summary>A bucket that holds <paramref name="limit"/> and is refilled with as much each <paramref name="period"/>.</summary>
    /// <param name="limit">From 1 to 10^12.</param>
    /// <param name="period">From 1 millisecond to 366 days, in whole milliseconds.</param>
    /// <returns>The rule.</returns>
    /// <remarks>
    /// As <see cref="TokenBucket(long, long, TimeSpan)"/> with a burst equal to the refill: in any interval of one period at most twice the
    /// limit.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static RateLimitRule TokenBucket(long limit, TimeSpan period) => TokenBucket(limit, limit, period);

    /// <summary>
    /// A bucket that holds at most <paramref name="burst"/> and gains <paramref name="refillAmount"/> each <paramref name="period"/>,
    /// steadily rather than all at once. It begins full.
    /// </summary>
    /// <param name="burst">The most that can be had at once: from 1 to 10^12.</param>
    /// <param name="refillAmount">From 1 to 10^12.</param>
    /// <param name="period">From 1 millisecond to 366 days, in whole milliseconds.</param>
    /// <returns>The rule.</returns>
    /// <remarks>
    /// In any interval of length t at most <c>burst + refillAmount × t / period</c>, which is the bound of the generic cell rate algorithm
    /// (ITU-T I.371). The next unit is there exactly when it is due: the fraction of a unit gained so far is kept, not rounded.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static RateLimitRule TokenBucket(long burst, long refillAmount, TimeSpan period) =>
        new(RateLimitRuleKind.TokenBucket, CheckAmount(burst), CheckWindow(period), CheckAmount(refillAmount));

    /// <summary>
    /// At most <paramref name="limit"/> in each window. The windows begin at whole multiples of their length since 1970-01-01 00:00 UTC.
    /// </summary>
    /// <param name="limit">From 1 to 10^12.</param>
    /// <param name="window">From 1 millisecond to 366 days, in whole milliseconds.</param>
    /// <returns>The rule.</returns>
    /// <remarks>
    /// Across the border of two windows twice the limit can be had in a short time; a sliding window cannot be surprised so. The window is the one
    /// that the backend's wall clock shows. If that clock is set back, what was charged in a window that it shows again still counts there, for at
    /// least a minute after the window's first end.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static RateLimitRule FixedWindow(long limit, TimeSpan window) =>
        new(RateLimitRuleKind.FixedWindow, CheckAmount(limit), CheckWindow(window), 0);

    /// <summary>At most <paramref name="limit"/> in each calendar day, UTC.</summary>
    /// <param name="limit">From 1 to 10^12.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is out of range.</exception>
    public static RateLimitRule PerDay(long limit) => new(RateLimitRuleKind.CalendarDay, CheckAmount(limit), TimeSpan.Zero, 0);

    /// <summary>At most <paramref name="limit"/> in each calendar month, UTC.</summary>
    /// <param name="limit">From 1 to 10^12.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is out of range.</exception>
    public static RateLimitRule PerMonth(long limit) => new(RateLimitRuleKind.CalendarMonth, CheckAmount(limit), TimeSpan.Zero, 0);

    /// <summary>At most <paramref name="limit"/> at the same time. What is taken is held as a lease, to be renewed and given back.</summary>
    /// <param name="limit">From 1 to 10^12.</param>
    /// <param name="lease">
    /// How long a lease lasts unless it is renewed, should its holder die: from 1 millisecond to 366 days, in whole milliseconds.
    /// </param>
    /// <returns>The rule.</returns>
    /// <remarks>A holder that goes on after its lease has run out is no longer counted.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static RateLimitRule Concurrency(long limit, TimeSpan lease) =>
        new(RateLimitRuleKind.Concurrency, CheckAmount(limit), CheckWindow(lease, nameof(lease)), 0);

    /// <summary>The same rule under a name for refusals, metrics and logs.</summary>
    /// <param name="name">
    /// 1 to 512 bytes of UTF-8 without control characters. It is shown to callers and becomes a metric's tag: a handful of fixed names,
    /// nothing secret.
    /// </param>
    /// <returns>The named rule.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> cannot be stored.</exception>
    public RateLimitRule Named(string name)
    {
        StoredName.ThrowIfInvalid(name);
        return this with { Name = name };
    }

    /// <summary>The same rule with another answer for the time while the backend cannot be reached.</summary>
    /// <param name="fallback">What the rule says then.</param>
    /// <param name="localShare">
    /// How much of <see cref="Limit"/> this process may grant by itself, from 1 to the limit: usually the limit divided by the number of
    /// processes. Required by <see cref="RateLimitFallback.Local"/>, which cannot know that number, and refused otherwise.
    /// </param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="fallback"/> is not defined, or <paramref name="localShare"/> is out of range.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="localShare"/> is missing or not wanted.</exception>
    public RateLimitRule WhenUnavailable(RateLimitFallback fallback, long? localShare = null)
    {
        if (fallback is not (RateLimitFallback.Deny or RateLimitFallback.Allow or RateLimitFallback.Local))
        {
            throw new ArgumentOutOfRangeException(nameof(fallback), "The fallback is not defined. Give Deny, Allow or Local.");
        }

        if (fallback != RateLimitFallback.Local && localShare is not null)
        {
            throw new ArgumentException(
                $"The fallback {fallback} takes no local share. Leave it out, or give the fallback Local.", nameof(localShare));
        }

        if (fallback == RateLimitFallback.Local && localShare is null)
        {
            throw new ArgumentException(
                "The fallback Local needs the share of the limit that this process may grant by itself. "
                + "Give for instance the limit divided by the number of processes.",
                nameof(localShare));
        }

        if (localShare is { } share && (share < 1 || share > Limit))
        {
            throw new ArgumentOutOfRangeException(
                nameof(localShare), Invariant($"The local share is {share}. Give a value from 1 to the limit, {Limit}."));
        }

        return this with { OnUnavailable = fallback, LocalShare = localShare };
    }
}
