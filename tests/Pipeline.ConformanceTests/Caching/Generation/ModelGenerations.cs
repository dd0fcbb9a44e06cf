using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.Generation;

/// <summary>Generations as the backend gave them, and how often each tag had been invalidated by then.</summary>
internal sealed record ModelGenerations(TagGenerations Actual, IReadOnlyDictionary<string, int> Invalidations)
{
    public static ModelGenerations None { get; } = new(TagGenerations.None, new Dictionary<string, int>(StringComparer.Ordinal));
}
