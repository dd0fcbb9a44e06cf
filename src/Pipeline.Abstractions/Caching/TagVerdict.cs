namespace Pipeline.Caching;

/// <summary>What a process can say of an entry's tags by the generations that it knows.</summary>
public enum TagVerdict
{
    /// <summary>One of the generations is not known, or was not confirmed for long: ask the server.</summary>
    Unknown = 0,

    /// <summary>None of the tags has been invalidated.</summary>
    Current = 1,

    /// <summary>One of the tags has been invalidated.</summary>
    Outdated = 2,
}
