namespace Pipeline.RateLimiting;

/// <summary>The charges of a sliding window, each with its time while they are few, and then one sum for each part of the window.</summary>
/// <remarks>
/// <para>Times are rounded up to a unit that is a small part of the window, and a sum counts from its newest charge on, so that no charge counts for too
/// short a time. With 65 parts a window, and the unit below a hundred-millionth of it, none counts for more than 65/64 of the window.</para>
/// <para>The newest entry stands in the state itself, and the others are looked at only when one of them runs out: what most calls touch fits into two
/// lines of the processor's cache.</para>
/// </remarks>
internal sealed class SlidingWindowState : ChargingState
{
    private const int Parts = 65;

    // So many charges keep their exact times.
    private const int ExactEntries = 32;

    // An interval of the window's length touches one part more than it has, one of which is the newest entry's.
    private const int MostOlder = Parts;

    private const int FirstOlder = 2;
    private const long MostUnitsInWindow = 1L << 31;
    private const int UnitFactor = 10;

    private readonly long _unit = 1;

    /// <summary>The window in units, rounded up.</summary>
    private readonly long _length;

    private long _total;

    /// <summary>The time of the newest entry, in units.</summary>
    private long _newest;

    private long _newestCost;

    /// <summary>The first moment after the part of the window that the newest entry is in. Kept once there are many entries.</summary>
    private long _endOfPart;

    /// <summary>When the oldest entry runs out, in units; never, if there is none.</summary>
    private long _nextExpiry = long.MaxValue;

    private SlidingCharge[] _older = [];
    private int _first;
    private int _end;

    public SlidingWindowState(string key, RateLimitRule rule, int hash)
        : base(key, rule, hash)
    {
        while (Window / _unit > MostUnitsInWindow)
        {
            _unit *= UnitFactor;
        }

        _length = CeilingDivide(Window, _unit);
    }

    private int Older => _end - _first;

    protected override bool CanBeForgotten(in LimiterMoment moment) => _total == 0 || _newest + _length <= moment.Now / _unit;

    public override RateLimitStanding Judge(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        var now = DropOld(moment);
        var limit = dimension.Rule.Limit;
        var excess = _total + Math.Max(1, dimension.Cost) - limit;
        var remaining = Math.Max(0, limit - _total);
        return excess <= 0
            ? RateLimitStanding.Granted(remaining, ResetAfter(now))
            : RateLimitStanding.Denied(remaining, RetryAfter(excess, now), ResetAfter(now));
    }

    public override RateLimitStanding Take(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        var now = DropOld(moment);
        var (limit, cost) = (dimension.Rule.Limit, dimension.Cost);
        if (cost == 0 || _total + cost > limit)
        {
            return Judge(dimension, moment);
        }

        Add(cost, now);
        return RateLimitStanding.Granted(limit - _total, ResetAfter(now));
    }

    public override ReservedCharge LastCharge() => new(this, _newest);

    public override void Charge(RateLimitRule rule, long amount, in LimiterMoment moment)
    {
        var now = DropOld(moment);
        if (Countable(_total, amount) is > 0 and var countable)
        {
            Add(countable, now);
        }
    }

    public override void GiveBack(RateLimitRule rule, long mark, long amount, in LimiterMoment moment)
    {
        if (mark + _length <= DropOld(moment) / _unit)
        {
            return;
        }

        // The first that is not older holds the charge: it is the charge itself, or the sum that it became a part of.
        var i = _first;
        while (i < _end && TimeOf(_older[i]) < mark)
        {
            i++;
        }

        ref var cost = ref i < _end ? ref _older[i].Cost : ref _newestCost;
        var part = Math.Min(amount, cost);
        cost -= part;
        _total -= part;
    }

    private long RetryAfter(long excess, long now)
    {
        var i = _first;
        while (i < _end && (excess -= _older[i].Cost) > 0)
        {
            i++;
        }

        return TimeToExpiry(i, now);
    }

    private long ResetAfter(long now)
    {
        if (_newestCost > 0)
        {
            return TimeToExpiry(_end, now);
        }

        var i = _end - 1;
        while (i >= _first && _older[i].Cost == 0)
        {
            i--;
        }

        return i < _first ? 0 : TimeToExpiry(i, now);
    }

    /// <param name="entry">One of the older entries, or the newest after them.</param>
    /// <param name="now">The time.</param>
    private long TimeToExpiry(int entry, long now) => (((entry < _end ? TimeOf(_older[entry]) : _newest) + _length) * _unit) - now;

    /// <summary>Drops what has left the window.</summary>
    /// <returns>The time, which other threads may have seen further on.</returns>
    private long DropOld(in LimiterMoment moment)
    {
        var now = Math.Max(moment.Now, (_newest - 1) * _unit);
        if (_nextExpiry != long.MaxValue && _nextExpiry * _unit <= now)
        {
            DropExpired(now / _unit);
        }

        return now;
    }

    private void DropExpired(long now)
    {
        while (_first < _end && TimeOf(_older[_first]) + _length <= now)
        {
            _total -= _older[_first].Cost;
            _first++;
        }

        if (_first < _end)
        {
            _nextExpiry = TimeOf(_older[_first]) + _length;
            return;
        }

        (_first, _end) = (0, 0);
        _nextExpiry = _newest + _length;
        if (_nextExpiry <= now)
        {
            (_total, _newestCost, _nextExpiry) = (0, 0, long.MaxValue);
        }
    }

    private void Add(long cost, long now)
    {
        var time = Math.Max(CeilingDivide(now, _unit), _newest);
        var isFirst = _nextExpiry == long.MaxValue;
        var hasMany = Older >= ExactEntries - 1;
        if (!isFirst && time != _newest && !(hasMany && time < _endOfPart))
        {
            MakeNewestOlder();
            _endOfPart = Older >= ExactEntries - 1 ? CeilingDivide((PartOf(time) + 1) * _length, Parts) : 0;
        }

        _total += cost;
        _newestCost += cost;
        _newest = time;
        if (Older == 0)
        {
            _nextExpiry = time + _length;
        }
    }

    private void MakeNewestOlder()
    {
        if (_end == _older.Length)
        {
            MakeRoom();
        }

        _older[_end++] = new() { Time = unchecked((uint)_newest), Cost = _newestCost };
        _newestCost = 0;
    }

    private void MakeRoom()
    {
        if (_first > 0)
        {
            _older.AsSpan(_first.._end).CopyTo(_older);
            (_first, _end) = (0, Older);
        }
        else if (_older.Length < MostOlder)
        {
            Array.Resize(ref _older, Math.Clamp(_older.Length * 2, FirstOlder, MostOlder));
        }
        else
        {
            SumParts();
        }
    }

    /// <summary>Leaves one entry for each part of the window.</summary>
    private void SumParts()
    {
        var last = 0;
        for (var i = 1; i < _end; i++)
        {
            var entry = _older[i];
            if (PartOf(TimeOf(entry)) == PartOf(TimeOf(_older[last])))
            {
                entry.Cost += _older[last].Cost;
            }
            else
            {
                last++;
            }

            _older[last] = entry;
        }

        if (PartOf(TimeOf(_older[last])) == PartOf(_newest))
        {
            _newestCost += _older[last].Cost;
            last--;
        }

        _end = last + 1;
    }

    private long PartOf(long time) => time * Parts / _length;

    // The low half of a time is enough, since no entry is much older than a window, which is less than half of the range.
    private long TimeOf(in SlidingCharge entry) => _newest - unchecked((uint)_newest - entry.Time);

    private static long CeilingDivide(long dividend, long divisor) => divisor == 1 ? dividend : (dividend + divisor - 1) / divisor;
}
