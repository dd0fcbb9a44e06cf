using System.Runtime.CompilerServices;

namespace Pipeline.RateLimiting;

/// <summary>The charges of fixed or calendar windows: of the present one and, because the wall clock can be set back, of those before.</summary>
/// <remarks>
/// The window is always the one that the wall clock shows, and what was charged in it counts whenever it is shown again. Of many windows the
/// older ones are kept together as one, as if each were as full as the fullest: after a jump back by more than the last few windows, less may be granted than
/// the rule allows, but never more.
/// </remarks>
internal sealed class FixedWindowState(string key, RateLimitRule rule, int hash) : ChargingState(key, rule, hash)
{
    private const int MostSpans = 4;

    private static readonly long LeastGrace = TimeSpan.FromMinutes(1).Ticks;
    private static readonly long MostGrace = TimeSpan.FromHours(1).Ticks;
    private static readonly long MostWaitForWallClock = TimeSpan.FromDays(1).Ticks;

    /// <summary>How long, after its end and its last use, a window is remembered at least for a clock that is set back.</summary>
    private readonly long _grace = rule.Kind == RateLimitRuleKind.FixedWindow ? Math.Clamp(rule.Window.Ticks, LeastGrace, MostGrace) : MostGrace;

    /// <summary>In the order of time, without overlap.</summary>
    private Spans _spans;
    private int _count;

    /// <summary>Until when, on the monotonic clock, the state is kept at least.</summary>
    private long _keepUntil;

    private long _lastStart;

    // A wall clock that was far ahead when the window was charged may not come back to it for years.
    protected override bool CanBeForgotten(in LimiterMoment moment) =>
        moment.Now >= _keepUntil && (moment.UtcTicks >= _spans[_count - 1].End || moment.Now - _keepUntil >= MostWaitForWallClock);

    public override RateLimitStanding Judge(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        _keepUntil = Math.Max(_keepUntil, moment.Now + _grace);
        var (limit, now) = (dimension.Rule.Limit, moment.UtcTicks);
        var found = Find(now);
        var count = found < 0 ? 0 : _spans[found].Count;
        var needed = Math.Max(1, dimension.Cost);
        var (remaining, resetAfter) = (Math.Max(0, limit - count), FirstWithAtMost(0, now) - now);
        return count + needed <= limit
            ? RateLimitStanding.Granted(remaining, resetAfter)
            : RateLimitStanding.Denied(remaining, FirstWithAtMost(limit - needed, now) - now, resetAfter);
    }

    public override RateLimitStanding Take(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        var standing = Judge(dimension, moment);
        if (!standing.IsGranted || dimension.Cost == 0)
        {
            return standing;
        }

        var count = Add(dimension.Rule, dimension.Cost, moment);
        return RateLimitStanding.Granted(dimension.Rule.Limit - count, FirstWithAtMost(0, moment.UtcTicks) - moment.UtcTicks);
    }

    public override ReservedCharge LastCharge() => new(this, _lastStart);

    public override void Charge(RateLimitRule rule, long amount, in LimiterMoment moment) => Add(rule, amount, moment);

    public override void GiveBack(RateLimitRule rule, long mark, long amount, in LimiterMoment moment)
    {
        for (var i = 0; i < _count; i++)
        {
            ref var span = ref _spans[i];
            if (span.Start == mark && span.LastStart == mark && moment.UtcTicks < span.End)
            {
                span = span with { Count = span.Count - Math.Min(amount, span.Count) };
            }
        }
    }

    /// <summary>The first moment, from one on, whose window has at most so many charges.</summary>
    private long FirstWithAtMost(long charges, long from)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_spans[i].Start <= from && from < _spans[i].End && _spans[i].Count > charges)
            {
                from = _spans[i].End;
            }
        }

        return from;
    }

    private int Find(long now)
    {
        var i = _count - 1;
        while (i >= 0 && now < _spans[i].Start)
        {
            i--;
        }

        return i >= 0 && now < _spans[i].End ? i : -1;
    }

    /// <returns>The charges of the window.</returns>
    private long Add(RateLimitRule rule, long amount, in LimiterMoment moment)
    {
        var i = Find(moment.UtcTicks);
        if (i < 0)
        {
            var (start, end) = rule.GetWindowAt(new DateTimeOffset(moment.UtcTicks, TimeSpan.Zero));
            i = Insert(new(start.UtcTicks, start.UtcTicks, end.UtcTicks, 0));
        }

        ref var span = ref _spans[i];
        span = span with { Count = span.Count + Countable(span.Count, amount) };
        _lastStart = span.Start;
        _keepUntil = Math.Max(_keepUntil, moment.Now + span.End - moment.UtcTicks + _grace);
        return span.Count;
    }

    private int Insert(in WindowSpan span)
    {
        var at = _count;
        while (at > 0 && _spans[at - 1].Start > span.Start)
        {
            _spans[at] = _spans[at - 1];
            at--;
        }

        _spans[at] = span;
        return ++_count <= MostSpans ? at : MergeClosest(at);
    }

    /// <summary>Merges the two that are closest to each other, the oldest of these, and leaves the new one alone.</summary>
    /// <returns>Where the new one is then.</returns>
    private int MergeClosest(int added)
    {
        var (closest, least) = (-1, long.MaxValue);
        for (var i = 0; i + 1 < _count; i++)
        {
            var gap = _spans[i + 1].Start - _spans[i].End;
            if (i != added && i + 1 != added && gap < least)
            {
                (closest, least) = (i, gap);
            }
        }

        _spans[closest] = _spans[closest].MergedWith(_spans[closest + 1]);
        for (var i = closest + 1; i + 1 < _count; i++)
        {
            _spans[i] = _spans[i + 1];
        }

        _count--;
        return added > closest ? added - 1 : added;
    }

    [InlineArray(MostSpans + 1)]
    private struct Spans
    {
        private WindowSpan _first;
    }
}
