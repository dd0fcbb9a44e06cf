using Microsoft.Extensions.Caching.Hybrid;

namespace Pipeline.Caching;

/// <summary>A checked request for a value.</summary>
internal sealed record CacheRequest<TState, T>(
    string Key,
    TState State,
    Func<TState, KeyWork, CancellationToken, ValueTask<T>> Factory,
    Func<T, bool>? Keep,
    CachePolicy Policy,
    EntryTags Tags,
    HybridCacheEntryFlags Flags)
{
    public bool ReadsLocal => !Flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheRead);

    public FlightTerms Terms => new(Flags, Policy.AllowsStale);
}
