namespace Pipeline.State;

/// <summary>What a <see cref="StateChange"/> reports.</summary>
public enum StateChangeKind
{
    /// <summary>
    /// The watch stands from here on, at its beginning or again after a break: anything may have changed before. Read what you care for now.
    /// </summary>
    Resync = 0,

    /// <summary>An entry was written.</summary>
    Written = 1,

    /// <summary>An entry was deleted.</summary>
    Deleted = 2,
}
