using Microsoft.Extensions.Caching.Distributed;

namespace Pipeline.Caching.Distributed;

/// <summary>A distributed cache whose server is away.</summary>
internal sealed class DeadDistributedCache : IDistributedCache
{
    public byte[]? Get(string key) => throw Away();

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromException<byte[]?>(Away());

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw Away();

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => throw Away();

    public void Refresh(string key) => throw Away();

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.FromException(Away());

    public void Remove(string key) => throw Away();

    public Task RemoveAsync(string key, CancellationToken token = default) => Task.FromException(Away());

    private static TimeoutException Away() => new("The server did not answer.");
}
