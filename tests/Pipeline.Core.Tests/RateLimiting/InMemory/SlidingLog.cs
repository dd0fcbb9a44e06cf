namespace Pipeline.RateLimiting;

/// <summary>Every charge of a sliding window with its time.</summary>
internal sealed class SlidingLog(TimeSpan window)
{
    private readonly List<(long Time, long Cost, long Mark)> _charges = [];

    public long Newest => _charges[^1].Time;

    public void Add(long time, long cost, long mark) => _charges.Add((time, cost, mark));

    /// <summary>What is younger than the window.</summary>
    public long Least(long now) => Sum(age => age < window.Ticks, now);

    /// <summary>What is younger than 65/64 of the window.</summary>
    public long Most(long now) => Sum(age => age * 64 < window.Ticks * 65, now);

    public long Oldest(long now) => _charges.First(charge => now - charge.Time < window.Ticks).Time;

    /// <summary>Gives a part of any charge back, to which the state must agree as long as it counts.</summary>
    public void GiveBackSome(SlidingWindowState state, RateLimitRule rule, Random random, long now)
    {
        if (_charges.Count == 0)
        {
            return;
        }

        var i = random.Next(Math.Max(0, _charges.Count - 50), _charges.Count);
        var part = random.NextInt64(_charges[i].Cost + 1);
        state.GiveBack(rule, _charges[i].Mark, part, new LimiterMoment(now, 0));

        // Between its window and 65/64 of it, a charge may count without getting anything back.
        if (now - _charges[i].Time < window.Ticks)
        {
            _charges[i] = _charges[i] with { Cost = _charges[i].Cost - part };
        }
    }

    private long Sum(Func<long, bool> counts, long now)
    {
        var sum = 0L;
        for (var i = _charges.Count - 1; i >= 0 && now - _charges[i].Time <= window.Ticks * 2; i--)
        {
            sum += counts(now - _charges[i].Time) ? _charges[i].Cost : 0;
        }

        return sum;
    }
}
