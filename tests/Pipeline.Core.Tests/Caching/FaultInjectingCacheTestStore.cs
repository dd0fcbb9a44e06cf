using Pipeline.Conformance;
using Pipeline.Conformance.Caching;
using Pipeline.Conformance.Caching.FaultInjection;

namespace Pipeline.Caching;

/// <summary>The in-memory cache behind a decorator that injects no fault but the one that a fact asks for.</summary>
internal sealed class FaultInjectingCacheTestStore : CacheTestStore
{
    private readonly InMemoryCacheTestStore _inner = new();
    private readonly CacheFaults _faults = new();
    private FaultInjectingCacheBackend? _cache;

    public override TimeSpan ClockTolerance => _inner.ClockTolerance;

    public override string? NotSharedBecause => _inner.NotSharedBecause;

    public override GenerationSettings Generation => new() { Sequences = 100, FirstSeed = 10_001 };

    public override async ValueTask<ICacheBackend> OpenAsync() => _cache ??= new FaultInjectingCacheBackend(await _inner.OpenAsync(), _faults);

    public override ValueTask AdvanceAsync(TimeSpan time) => _inner.AdvanceAsync(time);

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => _inner.GetServerTimeAsync();

    public override ValueTask<bool?> LoseCounterAsync(ICacheBackend cache, string tag) => _inner.LoseCounterAsync(cache, tag);

    public override async ValueTask<bool> CutFeedAsync(ICacheBackend cache)
    {
        await _faults.Feed.InterruptAsync();
        return true;
    }

    public override async ValueTask RestoreFeedAsync(ICacheBackend cache) => await _faults.Feed.ResumeAsync();

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();
}
