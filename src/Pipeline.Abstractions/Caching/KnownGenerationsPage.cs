using System.Collections.Concurrent;

namespace Pipeline.Caching;

/// <summary>Generations that were noted at about the same time. Kept by a caller only from <see cref="KnownGenerations.Current"/> to <see cref="KnownGenerations.Note"/>.</summary>
/// <remarks>Thread safe.</remarks>
public sealed class KnownGenerationsPage
{
    private volatile KnownGenerationsPage? _older;
    private int _count;

    internal KnownGenerationsPage(KnownGenerationsPage? older) => _older = older;

    internal ConcurrentDictionary<string, KnownGeneration> Tags { get; } = new(StringComparer.Ordinal);

    internal KnownGenerationsPage? Older => _older;

    internal int Count => Volatile.Read(ref _count);

    internal void CountOne() => Interlocked.Increment(ref _count);

    internal void Forget() => _older = null;
}
