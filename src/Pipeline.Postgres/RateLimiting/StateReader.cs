namespace Pipeline.RateLimiting;

/// <summary>Reads states from a reply, and says what they mean at a time.</summary>
/// <param name="reply">The reply, from the first state on.</param>
/// <param name="now">The time of the decision, in microseconds.</param>
internal ref struct StateReader(ReadOnlySpan<long> reply, long now)
{
    private const int WindowHeadLength = 4;
    private const int SpanLength = 4;
    private const long MicrosecondsPerMillisecond = 1_000;

    private ReadOnlySpan<long> _left = reply;

    public readonly bool IsAtEnd => _left.IsEmpty;

    /// <summary>Reads the next state.</summary>
    /// <param name="dimension">What it is asked about.</param>
    /// <param name="rule">Its rule.</param>
    /// <param name="isTaken">Whether the cost has been taken already; of a sliding window only the head is there then.</param>
    public RateLimitStanding Next(in RateLimitDimension dimension, LimiterRule rule, bool isTaken)
    {
        var state = _left.Slice(1, (int)_left[0]);
        _left = _left[(state.Length + 1)..];
        return state.IsEmpty ? RateLimitStanding.Untouched(dimension.Rule) : rule.Kind switch
        {
            RateLimitRuleKind.TokenBucket => OfBucket(state, dimension, rule, isTaken),
            RateLimitRuleKind.SlidingWindow => OfWindow(state, dimension, rule, isTaken),
            RateLimitRuleKind.Concurrency => OfLeases(state, dimension, isTaken),
            _ => OfSpans(state, dimension, isTaken),
        };
    }

    private readonly RateLimitStanding OfBucket(ReadOnlySpan<long> state, in RateLimitDimension dimension, LimiterRule rule, bool isTaken)
    {
        var (period, refill, time) = (rule.Microseconds, dimension.Rule.RefillAmount, state[2]);

        // In parts of a unit, as many as the period has microseconds.
        var missing = Product(state[0], period) + (UInt128)state[1];
        var gained = Product(refill, Math.Max(0, now - time));
        missing = missing > gained ? missing - gained : 0;
        var limit = Product(dimension.Rule.Limit, period);
        var needed = missing + Product(Math.Max(1, dimension.Cost), period);
        var ahead = Math.Max(0, time - now);
        var remaining = missing < limit ? (long)((limit - missing) / (UInt128)period) : 0;
        var reset = missing == 0 ? 0 : TimeToGain(missing, refill, ahead);
        return isTaken || needed <= limit
            ? RateLimitStanding.OfMicroseconds(isGranted: true, remaining, 0, reset)
            : RateLimitStanding.OfMicroseconds(isGranted: false, remaining, TimeToGain(needed - limit, refill, ahead), reset);
    }

    private static long TimeToGain(UInt128 parts, long refill, long ahead)
    {
        var time = ((parts + (UInt128)(refill - 1)) / (UInt128)refill) + (UInt128)ahead;
        return time > long.MaxValue ? long.MaxValue : (long)time;
    }

    private readonly RateLimitStanding OfWindow(ReadOnlySpan<long> state, in RateLimitDimension dimension, LimiterRule rule, bool isTaken)
    {
        var (total, newest, latest) = (state[1], state[2], state[3]);
        var limit = dimension.Rule.Limit;
        if (isTaken)
        {
            return RateLimitStanding.OfMicroseconds(isGranted: true, limit - total, 0, TimeToExpiry(newest, rule));
        }

        var entries = new WindowEntries(state[WindowHeadLength..], newest, latest);
        total -= entries.DropUntil((now / rule.Unit) - rule.Length);
        var excess = total + Math.Max(1, dimension.Cost) - limit;
        var reset = entries.LastCharge is { } last ? TimeToExpiry(last, rule) : 0;
        return excess <= 0
            ? RateLimitStanding.OfMicroseconds(isGranted: true, Math.Max(0, limit - total), 0, reset)
            : RateLimitStanding.OfMicroseconds(isGranted: false, Math.Max(0, limit - total), TimeToExpiry(entries.TimeOf(excess), rule), reset);
    }

    private readonly long TimeToExpiry(long time, LimiterRule rule) => ((time + rule.Length) * rule.Unit) - now;

    private readonly RateLimitStanding OfSpans(ReadOnlySpan<long> state, in RateLimitDimension dimension, bool isTaken)
    {
        var spans = state[1..];
        var limit = dimension.Rule.Limit;
        var (count, milliseconds) = (0L, now / MicrosecondsPerMillisecond);
        for (var span = spans; !span.IsEmpty; span = span[SpanLength..])
        {
            if (span[0] <= milliseconds && milliseconds < span[2])
            {
                count = span[3];
            }
        }

        var needed = Math.Max(1, dimension.Cost);
        var (remaining, reset) = (Math.Max(0, limit - count), TimeUntilAtMost(spans, 0));
        return isTaken || count + needed <= limit
            ? RateLimitStanding.OfMicroseconds(isGranted: true, remaining, 0, reset)
            : RateLimitStanding.OfMicroseconds(isGranted: false, remaining, TimeUntilAtMost(spans, limit - needed), reset);
    }

    /// <summary>How long until the first window that has at most so many charges.</summary>
    private readonly long TimeUntilAtMost(ReadOnlySpan<long> spans, long charges)
    {
        var from = now / MicrosecondsPerMillisecond;
        var until = 0L;
        for (var span = spans; !span.IsEmpty; span = span[SpanLength..])
        {
            if (span[0] <= from && from < span[2] && span[3] > charges)
            {
                from = span[2];
                until = (from * MicrosecondsPerMillisecond) - now;
            }
        }

        return until;
    }

    private readonly RateLimitStanding OfLeases(ReadOnlySpan<long> state, in RateLimitDimension dimension, bool isTaken)
    {
        var (held, ending, enough) = (state[0], state[1], state[2]);
        var (limit, reset) = (dimension.Rule.Limit, ending == 0 ? 0 : ending - now);
        return isTaken || held + Math.Max(1, dimension.Cost) <= limit
            ? RateLimitStanding.OfMicroseconds(isGranted: true, Math.Max(0, limit - held), 0, reset)
            : RateLimitStanding.OfMicroseconds(isGranted: false, Math.Max(0, limit - held), enough - now, reset);
    }

    private static UInt128 Product(long left, long right) => Math.BigMul((ulong)left, (ulong)right);
}
