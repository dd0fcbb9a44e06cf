namespace Pipeline.RateLimiting;

/// <summary>A rule as the statements take it. Made once a rule and limiter; immutable, thread safe.</summary>
internal sealed class LimiterRule
{
    /// <summary>How many numbers a plan has.</summary>
    public const int PlanLength = 8;

    private const long MostUnitsInWindow = 1L << 31;
    private const long MicrosecondsPerMillisecond = 1_000;
    private const int UnitFactor = 10;

    // Far beyond any clock, and no sum with a time overflows.
    private const long MostMicroseconds = 7_000_000_000_000_000_000;

    private static readonly long LeastGrace = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;
    private static readonly long MostGrace = (long)TimeSpan.FromHours(1).TotalMilliseconds;

    private readonly long _kind;
    private readonly long _limit;
    private readonly long _a;
    private readonly long _b;
    private readonly long _timeToLive;

    /// <param name="rule">The rule.</param>
    /// <exception cref="ArgumentException">The rule's period is longer than rules can be made with.</exception>
    public LimiterRule(RateLimitRule rule)
    {
        if (rule.Window > RateLimitRule.MaxWindow)
        {
            throw new ArgumentException(
                $"The rule '{rule.Name}' is the local share of another, with a period of more than 366 days. Give the rule itself.", nameof(rule));
        }

        Kind = rule.Kind;
        _limit = rule.Limit;
        Microseconds = rule.Window.Ticks / TimeSpan.TicksPerMicrosecond;
        (_kind, _a, _b, _timeToLive) = rule.Kind switch
        {
            RateLimitRuleKind.TokenBucket => (1L, rule.RefillAmount, Microseconds, TimeToFill(rule)),
            RateLimitRuleKind.SlidingWindow => (2L, Unit = UnitOf(Microseconds), Length = CeilingDivide(Microseconds, Unit), Microseconds + Unit),
            RateLimitRuleKind.FixedWindow => (3L, Milliseconds, Math.Clamp(Milliseconds, LeastGrace, MostGrace), 0L),
            RateLimitRuleKind.CalendarDay => (3L, (long)TimeSpan.FromDays(1).TotalMilliseconds, MostGrace, 0L),
            RateLimitRuleKind.CalendarMonth => (3L, 0L, MostGrace, 0L),
            _ => (5L, Microseconds, 0L, 0L),
        };
    }

    public RateLimitRuleKind Kind { get; }

    /// <summary>The window in microseconds.</summary>
    public long Microseconds { get; }

    /// <summary>For a sliding window: the microseconds in a unit of its times.</summary>
    public long Unit { get; } = 1;

    /// <summary>For a sliding window: its length in units.</summary>
    public long Length { get; }

    private long Milliseconds => Microseconds / MicrosecondsPerMillisecond;

    /// <summary>Tells a statement what to do with a state of the rule.</summary>
    /// <param name="plan">Takes the numbers.</param>
    /// <param name="step">What.</param>
    /// <param name="place">The place of the dimension in its request.</param>
    /// <param name="amount">How much.</param>
    public void Plan(Span<long> plan, LimiterStep step, int place, long amount)
    {
        plan[0] = _kind;
        plan[1] = (long)step;
        plan[2] = place;
        plan[3] = amount;
        plan[4] = _limit;
        plan[5] = _a;
        plan[6] = _b;
        plan[7] = _timeToLive;
    }

    /// <summary>How long an empty bucket takes to be full: what is kept no longer than that was full before.</summary>
    private static long TimeToFill(RateLimitRule rule)
    {
        var microseconds = ((UInt128)rule.Limit * (ulong)rule.Window.Ticks / (ulong)rule.RefillAmount / TimeSpan.TicksPerMicrosecond) + 2;
        return microseconds > MostMicroseconds ? MostMicroseconds : (long)microseconds;
    }

    private static long UnitOf(long window)
    {
        var unit = 1L;
        while (window / unit > MostUnitsInWindow)
        {
            unit *= UnitFactor;
        }

        return unit;
    }

    private static long CeilingDivide(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}
