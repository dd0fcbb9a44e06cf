using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace Pipeline.RateLimiting;

/// <summary>A rule as the scripts take it. Made once a rule and limiter; immutable but for what it keeps ready, thread safe.</summary>
internal sealed class LimiterRule
{
    /// <summary>The number of bytes of a plan before its last part.</summary>
    private const int PlanLength = 3 + (4 * NumberLength);

    /// <summary>Numbers take 7 bytes, which is more than 2^53.</summary>
    public const int NumberLength = 7;

    private const long MostUnitsInWindow = 1L << 31;
    private const long MicrosecondsPerMillisecond = 1_000;
    private const int UnitFactor = 10;

    // The longest that a key can be told to live, about: 285,000 years.
    private const long MostMilliseconds = 9_000_000_000_000_000;

    private static readonly long LeastGrace = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;
    private static readonly long MostGrace = (long)TimeSpan.FromHours(1).TotalMilliseconds;

    private readonly byte _kind;
    private readonly long _limit;
    private readonly long _a;
    private readonly long _b;
    private readonly byte[] _prefix;
    private readonly byte[] _timeToLive;
    private ReadyArguments? _ready;

    /// <param name="rule">The rule.</param>
    /// <param name="root">What all keys of the suite begin with.</param>
    /// <exception cref="ArgumentException">The rule's period is longer than rules can be made with.</exception>
    public LimiterRule(RateLimitRule rule, string root)
    {
        if (rule.Window > RateLimitRule.MaxWindow)
        {
            throw new ArgumentException(
                $"The rule '{rule.Name}' is the local share of another, with a period of more than 366 days. Give the rule itself.", nameof(rule));
        }

        Kind = rule.Kind;
        _prefix = Encoding.UTF8.GetBytes($"{root}limit:{rule.StateId}:");
        _limit = rule.Limit;
        Microseconds = rule.Window.Ticks / TimeSpan.TicksPerMicrosecond;
        (_kind, _a, _b, var timeToLive) = rule.Kind switch
        {
            RateLimitRuleKind.TokenBucket => ((byte)1, rule.RefillAmount, Microseconds, TimeToFill(rule)),
            RateLimitRuleKind.SlidingWindow => ((byte)2, Unit = UnitOf(Microseconds), Length = CeilingDivide(Microseconds, Unit), (Microseconds / MicrosecondsPerMillisecond) + 1 + CeilingDivide(Unit, MicrosecondsPerMillisecond)),
            RateLimitRuleKind.FixedWindow => ((byte)3, Milliseconds, Math.Clamp(Milliseconds, LeastGrace, MostGrace), 0L),
            RateLimitRuleKind.CalendarDay => ((byte)3, (long)TimeSpan.FromDays(1).TotalMilliseconds, MostGrace, 0L),
            RateLimitRuleKind.CalendarMonth => ((byte)4, 0L, MostGrace, 0L),
            _ => ((byte)5, Microseconds, 0L, 0L),
        };
        _timeToLive = Encoding.UTF8.GetBytes(timeToLive.ToString(CultureInfo.InvariantCulture));
    }

    public RateLimitRuleKind Kind { get; }

    /// <summary>The window in microseconds.</summary>
    public long Microseconds { get; }

    /// <summary>For a sliding window: the microseconds in a unit of its times.</summary>
    public long Unit { get; } = 1;

    /// <summary>For a sliding window: its length in units.</summary>
    public long Length { get; }

    private long Milliseconds => Microseconds / MicrosecondsPerMillisecond;

    /// <summary>The arguments of a decision about this rule alone at a fixed cost. Kept for the last cost.</summary>
    public RedisValue[] ArgumentsFor(long cost)
    {
        var ready = _ready;
        if (ready is null || ready.Cost != cost)
        {
            _ready = ready = new(cost, [Plan(LimiterStep.Take, 0, cost), _timeToLive]);
        }

        return ready.Arguments;
    }

    /// <summary>Names the state of a key.</summary>
    public RedisKey KeyOf(string key) => LimiterTag.Name(_prefix, key);

    /// <summary>Tells a script to take a cost that will not be given back.</summary>
    public RedisValue Taking(long cost) => ArgumentsFor(cost)[0];

    /// <summary>Tells a script what to do with a state of the rule.</summary>
    /// <param name="step">What.</param>
    /// <param name="place">The place of the dimension in its request.</param>
    /// <param name="amount">How much.</param>
    public byte[] Plan(LimiterStep step, int place, long amount)
    {
        var plan = new byte[PlanLength + _timeToLive.Length];
        (plan[0], plan[1], plan[2]) = (_kind, (byte)step, (byte)place);
        var numbers = plan.AsSpan(3);
        WriteNumber(numbers, amount);
        WriteNumber(numbers[NumberLength..], _limit);
        WriteNumber(numbers[(2 * NumberLength)..], _a);
        WriteNumber(numbers[(3 * NumberLength)..], _b);
        _timeToLive.CopyTo(plan, PlanLength);
        return plan;
    }

    public static void WriteNumber(Span<byte> to, long number)
    {
        Span<byte> whole = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(whole, number);
        whole[..NumberLength].CopyTo(to);
    }

    /// <summary>How long an empty bucket takes to be full: what is kept no longer than that was full before.</summary>
    private static long TimeToFill(RateLimitRule rule)
    {
        var milliseconds = (((UInt128)rule.Limit * (ulong)rule.Window.Ticks / (ulong)rule.RefillAmount) / TimeSpan.TicksPerMillisecond) + 2;
        return milliseconds > MostMilliseconds ? MostMilliseconds : (long)milliseconds;
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

    private sealed record ReadyArguments(long Cost, RedisValue[] Arguments);
}
