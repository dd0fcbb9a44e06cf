using Microsoft.Extensions.Caching.Distributed;

namespace Pipeline.Caching.Distributed;

/// <summary>A distributed cache that takes calls and never answers.</summary>
internal sealed class HangingDistributedCache : IDistributedCache
{
    private readonly TaskCompletionSource<byte[]?> _never = new();

    public byte[]? Get(string key) => throw new NotSupportedException();

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => _never.Task;

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => _never.Task;

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => _never.Task;

    public void Remove(string key) => throw new NotSupportedException();

    public Task RemoveAsync(string key, CancellationToken token = default) => _never.Task;
}
