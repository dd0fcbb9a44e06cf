namespace Pipeline.Crash;

/// <summary>What happens to a message before it is done, without a charge.</summary>
internal enum MessageDetour
{
    None,

    /// <summary>It is deferred once; its checkpoint remembers it.</summary>
    Deferred,

    /// <summary>It is returned by every other consumer.</summary>
    Returned,
}
