using System.Buffers;

namespace Pipeline.Caching;

/// <summary>A backend without any ability beyond its protocol.</summary>
internal class BareBackend(ICacheBackend inner) : ICacheBackend
{
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability;

    public virtual ValueTask<CacheReadResult> TryGetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options = CacheReadOptions.None, CancellationToken cancellationToken = default) =>
        inner.TryGetAsync(key, destination, options, cancellationToken);

    public ValueTask GetManyAsync(
        ReadOnlyMemory<string> keys,
        IBufferWriter<byte> destination,
        Memory<CacheReadResult> results,
        CacheReadOptions options = CacheReadOptions.None,
        CancellationToken cancellationToken = default) => inner.GetManyAsync(keys, destination, results, options, cancellationToken);

    public ValueTask<TagGenerations> ReadGenerationsAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default) =>
        inner.ReadGenerationsAsync(tags, cancellationToken);

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default) =>
        inner.SetAsync(key, value, options, cancellationToken);

    public ValueTask SetManyAsync(ReadOnlyMemory<CacheEntry> entries, CancellationToken cancellationToken = default) =>
        inner.SetManyAsync(entries, cancellationToken);

    public ValueTask<bool> TryAddAsync(
        string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default) =>
        inner.TryAddAsync(key, value, options, cancellationToken);

    public virtual ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => inner.RemoveAsync(key, cancellationToken);

    public ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default) => inner.InvalidateTagAsync(tag, cancellationToken);
}
