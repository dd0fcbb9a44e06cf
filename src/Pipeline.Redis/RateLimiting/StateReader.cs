using System.Buffers.Binary;

namespace Pipeline.RateLimiting;

/// <summary>Reads states from a script's reply, and says what they mean at a time.</summary>
/// <param name="reply">The reply, from the first state on.</param>
/// <param name="now">The time of the decision, in microseconds.</param>
internal ref struct StateReader(ReadOnlySpan<byte> reply, long now)
{
    private const byte None = 0x10;
    private const byte Bucket = 0x11;
    private const byte BucketWithCharges = 0x12;
    private const byte Window = 0x13;
    private const byte Spans = 0x14;
    private const byte Leases = 0x16;

    private const int BucketLength = 21;
    private const int ChargesLength = 13;
    private const int WindowHeadLength = 34;
    private const int WindowEntryLength = 11;
    private const int SpansHeadLength = 9;
    private const int SpanLength = 25;
    private const int LeasesLength = 22;
    private const long MicrosecondsPerMillisecond = 1_000;

    private ReadOnlySpan<byte> _left = reply;

    /// <summary>Whether what was read was none of the suite's, or not whole.</summary>
    public bool IsUnreadable { get; private set; }

    public readonly bool IsAtEnd => _left.IsEmpty;

    /// <summary>By which a charge that was just made is found again: when its state was begun, and where in it the charge stands.</summary>
    public (long Born, long At) Mark { get; private set; }

    /// <summary>Reads the next state.</summary>
    /// <param name="dimension">What it is asked about.</param>
    /// <param name="rule">Its rule.</param>
    /// <param name="isTaken">Whether the cost has been taken already; of a sliding window only the head is there then.</param>
    public RateLimitStanding Next(in RateLimitDimension dimension, LimiterRule rule, bool isTaken)
    {
        if (_left.IsEmpty)
        {
            return Unreadable();
        }

        switch (_left[0])
        {
            case None:
                _left = _left[1..];
                return RateLimitStanding.Untouched(dimension.Rule);
            case Bucket or BucketWithCharges when rule.Kind == RateLimitRuleKind.TokenBucket:
                return NextBucket(dimension, rule, isTaken);
            case Window when rule.Kind == RateLimitRuleKind.SlidingWindow:
                return NextWindow(dimension, rule, isTaken);
            case Spans when rule.Kind is RateLimitRuleKind.FixedWindow or RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth:
                return NextSpans(dimension, isTaken);
            case Leases when rule.Kind == RateLimitRuleKind.Concurrency:
                return NextLeases(dimension, isTaken);
            default:
                return Unreadable();
        }
    }

    private RateLimitStanding NextBucket(in RateLimitDimension dimension, LimiterRule rule, bool isTaken)
    {
        var length = BucketLength + (_left[0] == BucketWithCharges ? ChargesLength : 0);
        if (!TryTake(length, out var state))
        {
            return Unreadable();
        }

        var (period, refill) = (rule.Microseconds, dimension.Rule.RefillAmount);
        var time = Number(state[14..]);
        if (length > BucketLength)
        {
            Mark = (Number(state[21..]), ShortNumber(state[28..]));
        }

        // In parts of a unit, as many as the period has microseconds.
        var missing = Product(Number(state[1..]), period) + (UInt128)ShortNumber(state[8..]);
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

    private RateLimitStanding NextWindow(in RateLimitDimension dimension, LimiterRule rule, bool isTaken)
    {
        if (_left.Length < WindowHeadLength || !TryTake(WindowHeadLength + (isTaken ? 0 : _left[1] * WindowEntryLength), out var state))
        {
            return Unreadable();
        }

        var (total, newest, latest) = (Number(state[9..]), Number(state[16..]), Number(state[23..]));
        var limit = dimension.Rule.Limit;
        Mark = (Number(state[2..]), newest);
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

    private RateLimitStanding NextSpans(in RateLimitDimension dimension, bool isTaken)
    {
        if (_left.Length < SpansHeadLength || !TryTake(SpansHeadLength + (_left[1] * SpanLength), out var state))
        {
            return Unreadable();
        }

        var spans = state[SpansHeadLength..];
        var limit = dimension.Rule.Limit;
        var (count, milliseconds) = (0L, now / MicrosecondsPerMillisecond);
        for (var span = spans; !span.IsEmpty; span = span[SpanLength..])
        {
            if (ShortNumber(span) <= milliseconds && milliseconds < ShortNumber(span[12..]))
            {
                count = Number(span[18..]);
                Mark = (Number(state[2..]), ShortNumber(span));
            }
        }

        var needed = Math.Max(1, dimension.Cost);
        var (remaining, reset) = (Math.Max(0, limit - count), TimeUntilAtMost(spans, 0));
        return isTaken || count + needed <= limit
            ? RateLimitStanding.OfMicroseconds(isGranted: true, remaining, 0, reset)
            : RateLimitStanding.OfMicroseconds(isGranted: false, remaining, TimeUntilAtMost(spans, limit - needed), reset);
    }

    /// <summary>How long until the first window that has at most so many charges.</summary>
    private readonly long TimeUntilAtMost(ReadOnlySpan<byte> spans, long charges)
    {
        var from = now / MicrosecondsPerMillisecond;
        var until = 0L;
        for (var span = spans; !span.IsEmpty; span = span[SpanLength..])
        {
            if (ShortNumber(span) <= from && from < ShortNumber(span[12..]) && Number(span[18..]) > charges)
            {
                from = ShortNumber(span[12..]);
                until = (from * MicrosecondsPerMillisecond) - now;
            }
        }

        return until;
    }

    private RateLimitStanding NextLeases(in RateLimitDimension dimension, bool isTaken)
    {
        if (!TryTake(LeasesLength, out var state))
        {
            return Unreadable();
        }

        var (held, ending, enough) = (Number(state[1..]), Number(state[8..]), Number(state[15..]));
        var (limit, reset) = (dimension.Rule.Limit, ending == 0 ? 0 : ending - now);
        return isTaken || held + Math.Max(1, dimension.Cost) <= limit
            ? RateLimitStanding.OfMicroseconds(isGranted: true, Math.Max(0, limit - held), 0, reset)
            : RateLimitStanding.OfMicroseconds(isGranted: false, Math.Max(0, limit - held), enough - now, reset);
    }

    private bool TryTake(int length, out ReadOnlySpan<byte> state)
    {
        if (_left.Length < length)
        {
            state = default;
            return false;
        }

        state = _left[..length];
        _left = _left[length..];
        return true;
    }

    private RateLimitStanding Unreadable()
    {
        IsUnreadable = true;
        _left = default;
        return default;
    }

    /// <summary>The time of a state's newest charge, in microseconds where it counts in these.</summary>
    public static long TimeOf(ReadOnlySpan<byte> state) => state[0] == Window
        ? state.Length < WindowHeadLength ? 0 : Number(state[16..])
        : state.Length < BucketLength ? 0 : Number(state[14..]);

    /// <summary>Reads a number of 7 bytes.</summary>
    public static long Number(ReadOnlySpan<byte> from) =>
        BinaryPrimitives.ReadUInt32LittleEndian(from) | ((long)BinaryPrimitives.ReadUInt16LittleEndian(from[4..]) << 32) | ((long)from[6] << 48);

    /// <summary>Reads a number of 6 bytes.</summary>
    private static long ShortNumber(ReadOnlySpan<byte> from) =>
        BinaryPrimitives.ReadUInt32LittleEndian(from) | ((long)BinaryPrimitives.ReadUInt16LittleEndian(from[4..]) << 32);

    private static UInt128 Product(long left, long right) => Math.BigMul((ulong)left, (ulong)right);
}
