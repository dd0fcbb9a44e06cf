namespace Pipeline.Vectors;

/// <summary>Where a version of a collection stands in its life.</summary>
/// <remarks>
/// <code>
/// Building ──validate──▶ Validated ──switch──▶ Live ──another is switched to──▶ Superseded ──switch──▶ Live (back again)
/// any but Live ──retire──▶ gone
/// </code>
/// The numbers are stored: they never change.
/// </remarks>
public enum VectorVersionState
{
    /// <summary>It is being filled. Reached by its number only.</summary>
    Building = 0,

    /// <summary>It has passed its validation and can go live.</summary>
    Validated = 1,

    /// <summary>It answers the calls that name no version. A collection has exactly one such version.</summary>
    Live = 2,

    /// <summary>It was live, and is kept to go back to. Reached by its number only.</summary>
    Superseded = 3,
}
