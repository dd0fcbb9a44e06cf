namespace Pipeline.RateLimiting;

/// <summary>The leases of a concurrency rule. There are few different durations, so a line for each does what a heap would.</summary>
internal sealed class ConcurrencyState(string key, RateLimitRule rule, int hash) : LimiterState(key, rule, hash)
{
    private LeaseLine? _lines;
    private long _held;
    private Lease? _newest;

    protected override bool CanBeForgotten(in LimiterMoment moment)
    {
        DropExpired(moment.Now);
        return _held == 0;
    }

    public override RateLimitStanding Judge(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        DropExpired(moment.Now);
        var limit = dimension.Rule.Limit;
        var excess = _held + Math.Max(1, dimension.Cost) - limit;
        var (remaining, resetAfter) = (Math.Max(0, limit - _held), ResetAfter(moment.Now));
        return excess <= 0
            ? RateLimitStanding.Granted(remaining, resetAfter)
            : RateLimitStanding.Denied(remaining, TimeOfRelease(excess) - moment.Now, resetAfter);
    }

    public override RateLimitStanding Take(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        var standing = Judge(dimension, moment);
        if (!standing.IsGranted || dimension.Cost == 0)
        {
            return standing;
        }

        _newest = new Lease(dimension.Cost);
        LineOf(dimension.Rule.Window.Ticks).Append(_newest, moment.Now);
        _held += dimension.Cost;
        return RateLimitStanding.Granted(dimension.Rule.Limit - _held, ResetAfter(moment.Now));
    }

    public override ReservedCharge LastCharge() => new(this, 0, _newest);

    /// <summary>Whether a lease is still held.</summary>
    public bool Holds(Lease lease, long now)
    {
        DropExpired(now);
        return lease.Line is not null;
    }

    /// <summary>Gives back a lease, if it is still held.</summary>
    public void ReleaseIfHeld(Lease lease, long now)
    {
        if (Holds(lease, now))
        {
            Release(lease);
        }
    }

    /// <summary>Extends a lease that is still held.</summary>
    public static void Renew(Lease lease, long now)
    {
        var line = lease.Line!;
        line.Remove(lease);
        line.Append(lease, now);
    }

    private void Release(Lease lease)
    {
        lease.Line!.Remove(lease);
        _held -= lease.Cost;
    }

    private void DropExpired(long now)
    {
        for (var line = _lines; line is not null; line = line.NextLine)
        {
            while (line.First is { } lease && lease.Expiry <= now)
            {
                Release(lease);
            }
        }
    }

    private LeaseLine LineOf(long duration)
    {
        LeaseLine? before = null;
        var line = _lines;
        while (line is not null && line.Duration != duration)
        {
            if (line.First is null)
            {
                Unlink(line, before);
            }
            else
            {
                before = line;
            }

            line = line.NextLine;
        }

        return line ?? (_lines = new LeaseLine(duration) { NextLine = _lines });
    }

    private void Unlink(LeaseLine line, LeaseLine? before)
    {
        if (before is null)
        {
            _lines = line.NextLine;
        }
        else
        {
            before.NextLine = line.NextLine;
        }
    }

    /// <summary>When so much has run out.</summary>
    private long TimeOfRelease(long amount)
    {
        for (var line = _lines; line is not null; line = line.NextLine)
        {
            line.Cursor = line.First;
        }

        while (true)
        {
            var next = EarliestCursor();
            var lease = next.Cursor!;
            next.Cursor = lease.Next;
            amount -= lease.Cost;
            if (amount <= 0)
            {
                return lease.Expiry;
            }
        }
    }

    private LeaseLine EarliestCursor()
    {
        LeaseLine? earliest = null;
        for (var line = _lines; line is not null; line = line.NextLine)
        {
            if (line.Cursor is { } lease && (earliest is null || lease.Expiry < earliest.Cursor!.Expiry))
            {
                earliest = line;
            }
        }

        return earliest!;
    }

    private long ResetAfter(long now)
    {
        var last = now;
        for (var line = _lines; line is not null; line = line.NextLine)
        {
            last = Math.Max(last, line.Last?.Expiry ?? 0);
        }

        return last - now;
    }
}
