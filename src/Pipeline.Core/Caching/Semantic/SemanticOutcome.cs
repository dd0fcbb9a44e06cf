namespace Pipeline.Caching;

/// <summary>What a look-up in the semantic cache came to.</summary>
internal enum SemanticOutcome
{
    Hit,

    /// <summary>Nothing was near.</summary>
    Miss,

    /// <summary>Something was a little below the threshold.</summary>
    NearMiss,

    /// <summary>Something was above the threshold, and the verifier was against it.</summary>
    Vetoed,

    /// <summary>Something threw.</summary>
    Failed,

    /// <summary>The budget ran out.</summary>
    Late,

    /// <summary>Too many look-ups had failed: none was tried.</summary>
    LeftAlone,

    /// <summary>The text cannot be looked up.</summary>
    Skipped,
}
