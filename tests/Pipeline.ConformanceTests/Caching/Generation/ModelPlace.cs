namespace Pipeline.Conformance.Caching.Generation;

/// <summary>What stands under a key.</summary>
internal sealed class ModelPlace
{
    public ModelEntry? Entry { get; set; }

    /// <summary>
    /// Whether <see cref="Entry"/> may be gone: something was stored in vain since, and whether that displaces a valid entry is left to the
    /// backend.
    /// </summary>
    public bool MayBeEmpty { get; set; }

    /// <summary>Until when something may lie here that no reader gets, for whose removal either answer is right.</summary>
    public DateTimeOffset RemainsUntil { get; set; }
}
