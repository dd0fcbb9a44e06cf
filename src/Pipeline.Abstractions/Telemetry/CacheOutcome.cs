namespace Pipeline.Telemetry;

/// <summary>What the cache did for a call.</summary>
/// <remarks>The numbers are stored: they never change.</remarks>
public enum CacheOutcome
{
    /// <summary>The cache was not asked.</summary>
    NotUsed = 0,

    /// <summary>It answered with a fresh value.</summary>
    Hit = 1,

    /// <summary>It answered with a value past its freshness, where the caller allows that.</summary>
    StaleHit = 2,

    /// <summary>The semantic cache answered with the value of a near-identical request.</summary>
    SemanticHit = 3,

    /// <summary>The call shared the run of another caller who had asked for the same key at the same time.</summary>
    Shared = 4,

    /// <summary>It had no answer, and the step ran.</summary>
    Miss = 5,

    /// <summary>It could not be asked, and the step ran.</summary>
    Failed = 6,
}
