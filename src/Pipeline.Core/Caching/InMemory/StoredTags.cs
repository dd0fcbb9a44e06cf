namespace Pipeline.Caching;

/// <summary>The tags of a <see cref="StoredValue"/>, with its hold on the table's. Thread safe, except where it says otherwise.</summary>
internal sealed class StoredTags(TagTable table, TagGenerations generations)
{
    private CacheTag[]? _held;
    private long _judgedAt = -1;

    public TagGenerations Generations { get; } = generations;

    /// <summary>Keeps the tags from being forgotten, as long as the value stands in the store. Called once, before the value can be read.</summary>
    public void Hold() => _held = table.Hold(Generations);

    /// <summary>Lets the tags be forgotten. Called once.</summary>
    public void Release()
    {
        if (_held is { } held)
        {
            table.Release(held);
        }
    }

    /// <summary>Whether none of the tags was invalidated. One comparison, unless anything was since the last time.</summary>
    public bool AreCurrent()
    {
        var invalidations = table.Invalidations;
        return Volatile.Read(ref _judgedAt) == invalidations || Judge(invalidations);
    }

    private bool Judge(long invalidations)
    {
        // What could not be held was forgotten already, and so invalidated.
        if (_held is not { } held)
        {
            return false;
        }

        for (var i = 0; i < held.Length; i++)
        {
            if (held[i].Generation > Generations[i].Generation)
            {
                return false;
            }
        }

        // The count was read before the tags were: what has been invalidated in between is judged again.
        Volatile.Write(ref _judgedAt, invalidations);
        return true;
    }
}
