namespace Pipeline.Caching;

/// <summary>
/// Finds dead entries without searching: a hierarchical timing wheel (Varghese, Lauck: "Hashed and hierarchical timing wheels", SOSP 1987)
/// with ticks of about a second. Joining, leaving and coming due take constant time. Its caller holds a lock.
/// </summary>
/// <remarks>
/// Level by level a slot stands for 1, 64, 64², … ticks. When its time has come, a slot of the lowest level holds entries that are due; one of
/// a higher level is spread over the levels below. An entry whose time was moved on meanwhile is put where it now belongs.
/// </remarks>
internal sealed class ExpiryWheel
{
    private const int TickBits = 10;
    private const int SlotBits = 6;
    private const int Slots = 1 << SlotBits;

    // 2^40 ms, which is 34 years, and no entry is kept for longer than 20.
    private const int Levels = 5;

    // How many entries one call looks at, so that no writer stands for the expiry of all.
    private const int MostSteps = 32;

    private readonly Head[] _slots = new Head[Levels * Slots];
    private readonly Head _due = new();
    private long _tick;

    public ExpiryWheel(long now)
    {
        _tick = now >> TickBits;
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new Head();
        }
    }

    public void Add(StoreEntry entry)
    {
        var due = DueTick(entry);
        var ticks = due - _tick;
        if (ticks <= 0)
        {
            _due.Append(entry);
            return;
        }

        var level = 0;
        while (level < Levels - 1 && ticks >> (SlotBits * (level + 1)) > 0)
        {
            level++;
        }

        SlotOf(level, due >> (SlotBits * level)).Append(entry);
    }

    public static void Remove(StoreEntry entry)
    {
        entry.Earlier.Later = entry.Later;
        entry.Later.Earlier = entry.Earlier;
        entry.Earlier = entry.Later = entry;
    }

    /// <summary>Removes and returns an entry that is dead, if one is found soon.</summary>
    public StoreEntry? TakeDead(long now)
    {
        Turn(now >> TickBits);
        for (var step = 0; step < MostSteps && _due.Later is StoreEntry entry; step++)
        {
            Remove(entry);
            if (entry.KeepUntil <= now)
            {
                return entry;
            }

            Add(entry);
        }

        return null;
    }

    // A tick later than the entry dies, so that it is surely dead when its slot comes due.
    private static long DueTick(StoreEntry entry) => (entry.KeepUntil >> TickBits) + 1;

    private void Turn(long tick)
    {
        if (tick <= _tick)
        {
            return;
        }

        for (var level = 0; level < Levels; level++)
        {
            var from = _tick >> (SlotBits * level);
            var to = tick >> (SlotBits * level);
            if (from == to)
            {
                break;
            }

            for (var i = Math.Max(from + 1, to - Slots + 1); i <= to; i++)
            {
                _due.Take(SlotOf(level, i));
            }
        }

        _tick = tick;
    }

    private Head SlotOf(int level, long index) => _slots[(level * Slots) + (int)(index & (Slots - 1))];

    private sealed class Head : ExpiryNode
    {
        public void Append(StoreEntry entry)
        {
            entry.Earlier = Earlier;
            entry.Later = this;
            Earlier.Later = entry;
            Earlier = entry;
        }

        /// <summary>Takes over all entries of another slot.</summary>
        public void Take(Head other)
        {
            if (other.Later == other)
            {
                return;
            }

            Earlier.Later = other.Later;
            other.Later.Earlier = Earlier;
            other.Earlier.Later = this;
            Earlier = other.Earlier;
            other.Earlier = other.Later = other;
        }
    }
}
