using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;

namespace Pipeline.Benchmarks.Caching;

/// <summary>Asking for a key that was never there: the factory runs, and its answer is stored in a cache that is full, so that another goes.</summary>
[MemoryDiagnoser]
public class CacheFillBenchmarks : IDisposable
{
    private const int Entries = 10_000;

    private readonly MemoryCache _memoryCache = new(new MemoryCacheOptions { SizeLimit = Entries });
    private ServiceProvider _services = null!;
    private HybridCache _tiered = null!;
    private long _next;

    [GlobalSetup]
    public async Task FillAsync()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AsHybridCache();
        services.Configure<TieredCacheOptions>(options => options.Memory.MaxEntries = Entries);
        _services = services.BuildServiceProvider();
        _tiered = _services.GetRequiredService<HybridCache>();
        for (var i = 0; i < Entries; i++)
        {
            await TieredCache();
            await MemoryCache();
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _memoryCache.Dispose();
        _services.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What .NET ships; it has no single flight.</summary>
    [Benchmark(Baseline = true)]
    public Task<string?> MemoryCache() => _memoryCache.GetOrCreateAsync($"answer:{_next++}", static entry =>
    {
        entry.Size = 1;
        entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1);
        return Task.FromResult("an answer");
    });

    /// <summary>The tiered cache.</summary>
    [Benchmark]
    public ValueTask<string> TieredCache() => _tiered.GetOrCreateAsync($"answer:{_next++}", static _ => ValueTask.FromResult("an answer"));
}
