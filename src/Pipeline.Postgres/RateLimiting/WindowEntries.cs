namespace Pipeline.RateLimiting;

/// <summary>The charges of a stored sliding window, the oldest first, the newest last.</summary>
/// <param name="older">All but the newest: their costs, and after these the low half of the time of each, less 2^31.</param>
/// <param name="newest">The newest one's time.</param>
/// <param name="latest">Its cost.</param>
internal ref struct WindowEntries(ReadOnlySpan<long> older, long newest, long latest)
{
    private readonly ReadOnlySpan<long> _costs = older[..(older.Length / 2)];
    private readonly ReadOnlySpan<long> _times = older[(older.Length / 2)..];
    private int _first;
    private long _latest = latest;

    /// <summary>The time of the last one that counts anything.</summary>
    public readonly long? LastCharge
    {
        get
        {
            if (_latest > 0)
            {
                return newest;
            }

            for (var at = _costs.Length - 1; at >= _first; at--)
            {
                if (_costs[at] > 0)
                {
                    return TimeAt(at);
                }
            }

            return null;
        }
    }

    /// <summary>Drops what is not later than a time.</summary>
    /// <returns>How much that was.</returns>
    public long DropUntil(long time)
    {
        var dropped = 0L;
        while (_first < _costs.Length && TimeAt(_first) <= time)
        {
            dropped += _costs[_first++];
        }

        if (newest <= time)
        {
            dropped += _latest;
            _latest = 0;
        }

        return dropped;
    }

    /// <summary>The time of the charge with which so much has left.</summary>
    public readonly long TimeOf(long amount)
    {
        for (var at = _first; at < _costs.Length; at++)
        {
            amount -= _costs[at];
            if (amount <= 0)
            {
                return TimeAt(at);
            }
        }

        return newest;
    }

    private readonly long TimeAt(int at) => newest - unchecked((uint)newest - (uint)(_times[at] - int.MinValue));
}
