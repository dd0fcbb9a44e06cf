namespace Pipeline.RateLimiting;

/// <summary>The charges of a sliding window, each with its time while they are few, and then one sum for each part of the window.</summary>
/// <remarks>
/// Times are rounded up to a unit that is a small part of the window, and a sum counts from its newest charge on, so that no charge counts for too
/// short a time. With 65 parts a window, and the unit below a hundred-millionth of it, none counts for more than 65/64 of the window.
/// </remarks>
internal sealed class SlidingWindowState : ChargingState
{
    private const int Parts = 65;

    // An interval of the window's length touches one part more than it has.
    private const int MostEntries = Parts + 1;

    // So many charges keep their exact times.
    private const int ExactEntries = 32;

    private const int FirstEntries = 2;
    private const long MostUnitsInWindow = 1L << 31;
    private const int UnitFactor = 10;

    private readonly long _unit = 1;

    /// <summary>The window in units, rounded up.</summary>
    private readonly long _length;

    private SlidingCharge[] _entries = new SlidingCharge[FirstEntries];
    private int _first;
    private int _end;
    private long _total;

    // In units: the time of the newest entry, and the first moment after its part of the window.
    private long _newest;
    private long _endOfPart;

    public SlidingWindowState(string key, RateLimitRule rule, int hash)
        : base(key, rule, hash)
    {
        while (Window / _unit > MostUnitsInWindow)
        {
            _unit *= UnitFactor;
        }

        _length = CeilingDivide(Window, _unit);
    }

    private int Count => _end - _first;

    public override bool CanBeForgotten(in LimiterMoment moment) => _total == 0 || _newest + _length <= moment.Now / _unit;

    public override LimiterStanding Judge(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        var now = DropOld(moment);
        var limit = dimension.Rule.Limit;
        var excess = _total + Math.Max(1, dimension.Cost) - limit;
        var remaining = Math.Max(0, limit - _total);
        return excess <= 0
            ? LimiterStanding.Granted(remaining, ResetAfter(now))
            : LimiterStanding.Denied(remaining, RetryAfter(excess, now), ResetAfter(now));
    }

    public override LimiterStanding Take(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        var standing = Judge(dimension, moment);
        if (!standing.IsGranted || dimension.Cost == 0)
        {
            return standing;
        }

        Add(dimension.Cost, moment);
        return LimiterStanding.Granted(dimension.Rule.Limit - _total, ResetAfter(moment.Now));
    }

    public override ReservedCharge LastCharge() => new(this, _newest);

    public override void Charge(RateLimitRule rule, long amount, in LimiterMoment moment)
    {
        DropOld(moment);
        if (Countable(_total, amount) is > 0 and var countable)
        {
            Add(countable, moment);
        }
    }

    public override void GiveBack(RateLimitRule rule, long mark, long amount, in LimiterMoment moment)
    {
        var now = DropOld(moment);
        if (mark + _length <= now / _unit)
        {
            return;
        }

        // The first that is not older holds the charge: it is the charge itself, or the sum that it became a part of.
        for (var i = _first; i < _end; i++)
        {
            if (TimeOf(_entries[i]) >= mark)
            {
                var part = Math.Min(amount, _entries[i].Cost);
                _entries[i].Cost -= part;
                _total -= part;
                return;
            }
        }
    }

    private long RetryAfter(long excess, long now)
    {
        var i = _first;
        while ((excess -= _entries[i].Cost) > 0)
        {
            i++;
        }

        return ((TimeOf(_entries[i]) + _length) * _unit) - now;
    }

    private long ResetAfter(long now)
    {
        if (_total == 0)
        {
            return 0;
        }

        var i = _end - 1;
        while (_entries[i].Cost == 0)
        {
            i--;
        }

        return ((TimeOf(_entries[i]) + _length) * _unit) - now;
    }

    /// <summary>Drops what has left the window.</summary>
    /// <returns>The time, which other threads may have seen further on.</returns>
    private long DropOld(in LimiterMoment moment)
    {
        var now = Math.Max(moment.Now, (_newest - 1) * _unit);
        var oldest = (now / _unit) - _length;
        while (_first < _end && TimeOf(_entries[_first]) <= oldest)
        {
            _total -= _entries[_first].Cost;
            _first++;
        }

        return now;
    }

    private void Add(long cost, in LimiterMoment moment)
    {
        var time = Math.Max(CeilingDivide(moment.Now, _unit), _newest);
        _total += cost;
        if (Count > 0 && (time == _newest || (Count >= ExactEntries && time < _endOfPart)))
        {
            ref var last = ref _entries[_end - 1];
            last.Cost += cost;
            last.Time = unchecked((uint)time);
            _newest = time;
            return;
        }

        if (_end == _entries.Length)
        {
            MakeRoom();
        }

        _entries[_end++] = new() { Time = unchecked((uint)time), Cost = cost };
        _newest = time;
        if (Count >= ExactEntries)
        {
            _endOfPart = CeilingDivide((PartOf(time) + 1) * _length, Parts);
        }
    }

    private void MakeRoom()
    {
        if (_first > 0)
        {
            _entries.AsSpan(_first.._end).CopyTo(_entries);
            (_first, _end) = (0, Count);
        }
        else if (_entries.Length < MostEntries)
        {
            Array.Resize(ref _entries, Math.Min(_entries.Length * 2, MostEntries));
        }
        else
        {
            SumParts();
        }
    }

    private void SumParts()
    {
        var last = 0;
        for (var i = 1; i < _end; i++)
        {
            var entry = _entries[i];
            if (PartOf(TimeOf(entry)) == PartOf(TimeOf(_entries[last])))
            {
                entry.Cost += _entries[last].Cost;
            }
            else
            {
                last++;
            }

            _entries[last] = entry;
        }

        _end = last + 1;
    }

    private long PartOf(long time) => time * Parts / _length;

    // The low half of a time is enough, since no entry is much older than a window, which is less than half of the range.
    private long TimeOf(in SlidingCharge entry) => _newest - unchecked((uint)_newest - entry.Time);

    private static long CeilingDivide(long dividend, long divisor) => divisor == 1 ? dividend : (dividend + divisor - 1) / divisor;
}
