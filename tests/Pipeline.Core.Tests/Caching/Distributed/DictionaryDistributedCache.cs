using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace Pipeline.Caching.Distributed;

/// <summary>A distributed cache of the plainest kind: arrays only, and answers that come later, on a thread of the pool.</summary>
internal sealed class DictionaryDistributedCache(TimeProvider time) : IDistributedCache
{
    private readonly ConcurrentDictionary<string, (byte[] Value, DateTimeOffset End, TimeSpan? Window, DateTimeOffset Used)> _entries = new(StringComparer.Ordinal);

    public IEnumerable<string> Keys => _entries.Keys;

    public byte[]? Get(string key) => throw new NotSupportedException();

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        await Task.Yield();
        var now = time.GetUtcNow();
        if (!_entries.TryGetValue(key, out var entry) || now >= entry.End || now >= entry.Used + entry.Window)
        {
            return null;
        }

        _entries.TryUpdate(key, entry with { Used = now }, entry);
        return entry.Value;
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        await Task.Yield();
        var now = time.GetUtcNow();
        var end = options.AbsoluteExpirationRelativeToNow is { } relative ? now + relative : options.AbsoluteExpiration ?? DateTimeOffset.MaxValue;
        _entries[key] = (value, end, options.SlidingExpiration, now);
    }

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => GetAsync(key, token);

    public void Remove(string key) => throw new NotSupportedException();

    public async Task RemoveAsync(string key, CancellationToken token = default)
    {
        await Task.Yield();
        _entries.TryRemove(key, out _);
    }
}
