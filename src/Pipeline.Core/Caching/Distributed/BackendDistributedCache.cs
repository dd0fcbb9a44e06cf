using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;

namespace Pipeline.Caching;

/// <summary>A cache backend as the framework's distributed cache.</summary>
internal sealed class BackendDistributedCache(ICacheBackend backend, TimeProvider time) : IBufferDistributedCache
{
    private static readonly CacheEntryOptions Lasting = new() { FreshFor = CacheEntryOptions.MaxDuration };

    // Most callers store all entries alike.
    private CacheEntryOptions _lastOptions = Lasting;

    public byte[]? Get(string key) => Wait(GetAsync(key));

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        var value = new PooledBuffer();
        var read = backend.TryGetAsync(key, value, CacheReadOptions.None, token);
        return read.IsCompletedSuccessfully ? Task.FromResult(TakeArray(read.Result, value)) : AwaitArrayAsync(read, value);
    }

    public bool TryGet(string key, IBufferWriter<byte> destination) => Wait(TryGetAsync(key, destination));

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        var read = backend.TryGetAsync(key, destination, CacheReadOptions.None, token);
        return read.IsCompletedSuccessfully ? new(read.Result.IsFound) : AwaitFoundAsync(read);
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => Wait(SetAsync(key, value, options));

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), options, token).AsTask();
    }

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) => Wait(SetAsync(key, value, options));

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return backend.SetAsync(key, value, OptionsOf(options), token);
    }

    public void Refresh(string key) => Wait(RefreshAsync(key));

    public async Task RefreshAsync(string key, CancellationToken token = default)
    {
        // A read is what extends a sliding entry.
        var value = new PooledBuffer();
        await backend.TryGetAsync(key, value, CacheReadOptions.None, token).ConfigureAwait(false);
        value.Dispose();
    }

    public void Remove(string key) => Wait(RemoveAsync(key));

    public async Task RemoveAsync(string key, CancellationToken token = default) =>
        await backend.RemoveAsync(key, token).ConfigureAwait(false);

    // A backend's answers come on the thread pool, so that no thread waits for itself.
    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(ValueTask task)
    {
        if (task.IsCompletedSuccessfully)
        {
            task.GetAwaiter().GetResult();
            return;
        }

        Wait(task.AsTask());
    }

    private static bool Wait(ValueTask<bool> task) => task.IsCompletedSuccessfully ? task.Result : Wait(task.AsTask());

    private static async Task<byte[]?> AwaitArrayAsync(ValueTask<CacheReadResult> read, PooledBuffer value) =>
        TakeArray(await read.ConfigureAwait(false), value);

    private static async ValueTask<bool> AwaitFoundAsync(ValueTask<CacheReadResult> read) => (await read.ConfigureAwait(false)).IsFound;

    private static byte[]? TakeArray(CacheReadResult result, PooledBuffer value)
    {
        var array = result.IsFound ? value.Written.ToArray() : null;
        value.Dispose();
        return array;
    }

    private CacheEntryOptions OptionsOf(DistributedCacheEntryOptions options)
    {
        var freshFor = CacheEntryOptions.MaxDuration;
        if (options.AbsoluteExpirationRelativeToNow is { } relative)
        {
            freshFor = InRange(relative);
        }

        if (options.AbsoluteExpiration is { } end)
        {
            var remaining = end - time.GetUtcNow();
            if (remaining <= TimeSpan.Zero)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(options), $"{nameof(options.AbsoluteExpiration)} is {end:O}, which is past. Give a time to come.");
            }

            var upToEnd = InRange(remaining);
            freshFor = upToEnd < freshFor ? upToEnd : freshFor;
        }

        TimeSpan? window = options.SlidingExpiration is { } sliding ? InRange(sliding) : null;
        var last = _lastOptions;
        return last.FreshFor == freshFor && last.SlidingWindow == window
            ? last
            : _lastOptions = new CacheEntryOptions { FreshFor = freshFor, SlidingWindow = window };
    }

    private static TimeSpan InRange(TimeSpan duration) =>
        duration < CacheEntryOptions.MinDuration ? CacheEntryOptions.MinDuration
        : duration > CacheEntryOptions.MaxDuration ? CacheEntryOptions.MaxDuration
        : duration;
}
