namespace Pipeline.Caching;

/// <summary>A tag that the <see cref="TagTable"/> knows.</summary>
internal sealed class CacheTag(string name, long generation)
{
    public string Name { get; } = name;

    public long Generation
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = generation;

    /// <summary>How many entries of the store carry the tag. Under the table's lock.</summary>
    public int Holders { get; set; }

    /// <summary>Whether the tag stands in the line of those that may be forgotten. Under the table's lock.</summary>
    public bool IsInLine { get; set; }

    /// <summary>Whether the tag was asked for since it last stood at the head of that line.</summary>
    public bool IsUsed { get; set; }
}
