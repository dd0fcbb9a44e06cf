namespace Pipeline.Caching;

/// <summary>An entry of a <see cref="BoundedStore{TEntry}"/>, with its places in the store's lists, so that joining one allocates nothing.</summary>
internal abstract class StoreEntry : ExpiryNode
{
    private const int MostUses = 3;

    // This object's own fields, its node in the dictionary with its share of the buckets, and a ghost: measured, rounded up.
    private const int Bookkeeping = 168;
    private const int StringOverhead = 24;

    /// <summary>Makes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="bytes">What the entry counts for in all: <see cref="CostOf"/> its key, and what the derived class holds.</param>
    protected StoreEntry(string key, long bytes)
    {
        Key = key;
        Bytes = bytes;
        KeyHash = key.GetHashCode(StringComparison.Ordinal);
    }

    public string Key { get; internal set; }

    public long Bytes { get; }

    /// <summary>
    /// The instant of <see cref="CacheClock.Now"/> from which the entry is dead and may be swept. It may be moved at any time without
    /// telling the store; an entry whose end comes earlier by that may be swept late.
    /// </summary>
    public long KeepUntil
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    internal int KeyHash { get; }

    /// <summary>How often the entry was asked for since it last passed the end of its queue, at most 3. A lost count does no harm.</summary>
    internal int Uses { get; set; }

    internal EntryQueue? Queue { get; set; }

    internal StoreEntry? Older { get; set; }

    internal StoreEntry? Newer { get; set; }

    /// <summary>What an entry counts for before its value: its key and the store's bookkeeping.</summary>
    public static long CostOf(string key) => Bookkeeping + CostOfString(key);

    /// <summary>What a string takes in memory.</summary>
    public static long CostOfString(string text) => StringOverhead + (2L * text.Length);

    // A hit on a popular entry must not write, or the processors would take the entry's memory from each other.
    internal void CountUse()
    {
        var uses = Uses;
        if (uses < MostUses)
        {
            Uses = uses + 1;
        }
    }

    /// <summary>Called under the store's lock before the entry can be found in the store.</summary>
    protected internal virtual void OnEntering()
    {
    }

    /// <summary>Called under the store's lock when the entry has left the store, in whatever way.</summary>
    protected internal virtual void OnLeft()
    {
    }
}
