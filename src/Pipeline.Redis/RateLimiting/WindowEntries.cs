using System.Buffers.Binary;

namespace Pipeline.RateLimiting;

/// <summary>The charges of a stored sliding window, the oldest first, the newest last.</summary>
/// <param name="older">All but the newest: the low half of the time and the cost of each.</param>
/// <param name="newest">The newest one's time.</param>
/// <param name="latest">Its cost.</param>
internal ref struct WindowEntries(ReadOnlySpan<byte> older, long newest, long latest)
{
    private const int Length = 11;

    private ReadOnlySpan<byte> _older = older;
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

            for (var at = _older.Length - Length; at >= 0; at -= Length)
            {
                if (CostAt(at) > 0)
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
        while (!_older.IsEmpty && TimeAt(0) <= time)
        {
            dropped += CostAt(0);
            _older = _older[Length..];
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
        for (var at = 0; at < _older.Length; at += Length)
        {
            amount -= CostAt(at);
            if (amount <= 0)
            {
                return TimeAt(at);
            }
        }

        return newest;
    }

    private readonly long TimeAt(int at) => newest - unchecked((uint)newest - BinaryPrimitives.ReadUInt32LittleEndian(_older[at..]));

    private readonly long CostAt(int at) => StateReader.Number(_older[(at + sizeof(uint))..]);
}
