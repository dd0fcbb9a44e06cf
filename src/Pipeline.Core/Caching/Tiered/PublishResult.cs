namespace Pipeline.Caching;

/// <summary>What became of a value that was made or read.</summary>
internal enum PublishResult
{
    /// <summary>It may be stored, and where it was to be stored in this process, it is.</summary>
    Current,

    /// <summary>The entry was removed or replaced since the work began: the value is for those who wait for it already.</summary>
    Overtaken,

    /// <summary>One of its tags was invalidated since the work began.</summary>
    Invalid,
}
