namespace Pipeline.Caching;

/// <summary>What this process knows of a tag. Written under the lock of <see cref="KnownTags"/>, read without.</summary>
internal sealed class KnownTag
{
    /// <summary>The greatest generation that the feed told of; 0 for none.</summary>
    public long Generation
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>The version at which the feed told of it.</summary>
    public long RaisedAt
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>The version at which this process invalidated the tag last, for the entries whose making had begun before.</summary>
    public long InvalidatedAt
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    public long LastVersion => Math.Max(RaisedAt, InvalidatedAt);
}
