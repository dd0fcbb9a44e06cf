namespace Pipeline.RateLimiting;

/// <summary>What a <see cref="SweptTable{TEntry}"/> holds: an entry is its own node, whose links belong to the lock of its shard.</summary>
internal abstract class TableEntry<TEntry>(int hash)
    where TEntry : TableEntry<TEntry>
{
    public int Hash { get; } = hash;

    public TEntry? Next { get; set; }

    /// <summary>Decides whether the entry no longer matters. If so it has to leave the table. Under the lock of its shard.</summary>
    public abstract bool TryForget(in LimiterMoment moment);
}
