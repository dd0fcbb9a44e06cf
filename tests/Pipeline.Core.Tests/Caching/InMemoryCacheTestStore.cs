using Pipeline.Conformance;
using Pipeline.Conformance.Caching;

namespace Pipeline.Caching;

/// <summary>The in-memory cache under a clock that moves by hand.</summary>
internal sealed class InMemoryCacheTestStore : CacheTestStore
{
    private const int MaxEntries = 10_000;

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryCacheBackend _cache;

    // As few entries as the facts need, so that tags which no entry carries are soon forgotten.
    public InMemoryCacheTestStore() => _cache = new InMemoryCacheBackend(new CacheMemoryOptions { MaxEntries = MaxEntries }, _clock);

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    public override string? NotSharedBecause => "It is in the memory of one process.";

    public override GenerationSettings Generation => new() { Sequences = 600 };

    public override int Repetitions => 1_000;

    public override ValueTask<ICacheBackend> OpenAsync() => ValueTask.FromResult<ICacheBackend>(_cache);

    public override ValueTask AdvanceAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => ValueTask.FromResult(_clock.GetUtcNow());

    public override async ValueTask<bool?> LoseCounterAsync(ICacheBackend cache, string tag)
    {
        var before = (await _cache.ReadGenerationsAsync([tag]))[0];
        await ForgetIdleTagsAsync();
        var isLost = (await _cache.ReadGenerationsAsync([tag]))[0] != before;

        // To have looked gave the tag a counter again.
        await ForgetIdleTagsAsync();
        return isLost;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Uses so many other tags that one which no entry carries is forgotten.</summary>
    private async Task ForgetIdleTagsAsync()
    {
        for (var i = 0; i < 3 * MaxEntries; i += TagGenerations.MaxTags)
        {
            await _cache.ReadGenerationsAsync([.. Enumerable.Range(0, TagGenerations.MaxTags).Select(_ => Guid.NewGuid().ToString())]);
        }
    }
}
