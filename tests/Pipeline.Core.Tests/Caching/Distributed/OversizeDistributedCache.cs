using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace Pipeline.Caching.Distributed;

/// <summary>
/// A distributed cache that also takes what is larger than another takes: a value of the greatest size has its envelope on top when it
/// comes to a distributed cache, and a backend below that takes no more than the value.
/// </summary>
internal sealed class OversizeDistributedCache(IBufferDistributedCache inner) : IBufferDistributedCache
{
    private readonly ConcurrentDictionary<string, byte[]> _large = new(StringComparer.Ordinal);

    public byte[]? Get(string key) => throw new NotSupportedException();

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public bool TryGet(string key, IBufferWriter<byte> destination) => throw new NotSupportedException();

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        if (!_large.TryGetValue(key, out var value))
        {
            return inner.TryGetAsync(key, destination, token);
        }

        destination.Write(value);
        return new(true);
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        throw new NotSupportedException();

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        _large.TryRemove(key, out _);
        if (value.Length <= CacheEntryOptions.MaxValueBytes)
        {
            return inner.SetAsync(key, value, options, token);
        }

        _large[key] = value.ToArray();
        return default;
    }

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        _large.TryRemove(key, out _);
        return inner.RemoveAsync(key, token);
    }
}
