using Microsoft.Extensions.Caching.Distributed;
using Pipeline.Conformance;
using Pipeline.Conformance.Caching;

namespace Pipeline.Caching.Distributed;

/// <summary>A backend made of a distributed cache, under a clock that moves by hand.</summary>
internal sealed class DistributedCacheTestStore : CacheTestStore
{
    private static readonly DistributedCacheEntryOptions Lasting = new();

    private readonly ManualTimeProvider _clock = new();
    private readonly IDistributedCache _shared;
    private readonly ICacheBackend _backend;

    /// <param name="make">Makes the distributed cache.</param>
    public DistributedCacheTestStore(Func<TimeProvider, IDistributedCache> make)
    {
        _shared = make(_clock);
        _backend = _shared.AsCacheBackend(timeProvider: _clock);
    }

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    public override bool HasFeed => false;

    public override bool HasFillLeases => false;

    public override string? NotSharedBecause =>
        "A distributed cache can only read, write and remove: that one of several adds stores, and that counters are raised one at a time, holds within one instance.";

    public override GenerationSettings Generation => new() { Sequences = 100 };

    public override ValueTask<ICacheBackend> OpenAsync() => ValueTask.FromResult(_backend);

    public override ValueTask AdvanceAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => ValueTask.FromResult(_clock.GetUtcNow());

    public override async ValueTask<bool?> LoseCounterAsync(ICacheBackend cache, string tag)
    {
        await _shared.RemoveAsync($"pipeline:t:{tag}");
        return true;
    }

    public override async ValueTask<bool> PlaceAsync(string key, ReadOnlyMemory<byte> stored)
    {
        if (_shared is IBufferDistributedCache buffers)
        {
            await buffers.SetAsync($"pipeline:k:{key}", new(stored), Lasting);
        }
        else
        {
            await _shared.SetAsync($"pipeline:k:{key}", stored.ToArray(), Lasting);
        }

        return true;
    }

    public override ValueTask<ICacheBackend?> OpenUnreachableAsync() =>
        ValueTask.FromResult<ICacheBackend?>(new DeadDistributedCache().AsCacheBackend(timeProvider: _clock));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
