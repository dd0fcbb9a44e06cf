namespace Pipeline.Caching;

/// <summary>What a process can say of an entry's tags by the generations that it knows.</summary>
internal enum TagVerdict
{
    /// <summary>One of the generations is not known, or was not confirmed for long.</summary>
    Unknown,

    /// <summary>None of the tags has been invalidated.</summary>
    Current,

    /// <summary>One of the tags has been invalidated.</summary>
    Outdated,
}
