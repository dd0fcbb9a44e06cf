namespace Pipeline.RateLimiting;

/// <summary>What a <see cref="SweptTable{TEntry}"/> holds: an entry is its own node. All of it belongs to the lock of its shard.</summary>
internal abstract class TableEntry<TEntry>(int hash)
    where TEntry : TableEntry<TEntry>
{
    public int Hash { get; } = hash;

    public TEntry? Next { get; set; }

    /// <summary>Whether the entry has left its table. Nothing that it counts matters any more.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>Whether the entry no longer matters.</summary>
    public abstract bool CanBeForgotten(in LimiterMoment moment);
}
