using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;

namespace Pipeline.Benchmarks.Caching;

/// <summary>
/// Reading one of 1,024 strings that are there, on one thread: in the in-memory backend (bytes, copied into a buffer), through the tiered
/// cache (the object), in MemoryCache, and, as the raw limit, in a dictionary that knows neither expiry nor bounds.
/// </summary>
[MemoryDiagnoser]
public class CacheHitBenchmarks : IDisposable
{
    private const int Keys = 1_024;

    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(i => $"answer:{i}")];
    private readonly ConcurrentDictionary<string, string> _dictionary = new();
    private readonly MemoryCache _memoryCache = new(new MemoryCacheOptions());
    private readonly InMemoryCacheBackend _backend = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(256);
    private ServiceProvider _services = null!;
    private HybridCache _tiered = null!;
    private int _next;

    [GlobalSetup]
    public async Task FillAsync()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AsHybridCache();
        _services = services.BuildServiceProvider();
        _tiered = _services.GetRequiredService<HybridCache>();
        var options = new CacheEntryOptions { FreshFor = TimeSpan.FromHours(1) };
        foreach (var key in _keys)
        {
            _dictionary[key] = key;
            _memoryCache.Set(key, key, TimeSpan.FromHours(1));
            await _backend.SetAsync(key, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(key)), options);
            await _tiered.SetAsync(key, key);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _memoryCache.Dispose();
        _services.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The raw limit.</summary>
    [Benchmark]
    public string Dictionary() => _dictionary[NextKey()];

    /// <summary>What .NET ships.</summary>
    [Benchmark(Baseline = true)]
    public string? MemoryCache() => _memoryCache.TryGetValue(NextKey(), out string? value) ? value : throw new InvalidOperationException("Missing.");

    /// <summary>The in-memory backend: a copy of the bytes.</summary>
    [Benchmark]
    public int Backend()
    {
        _buffer.ResetWrittenCount();
        return Completed.ResultOf(_backend.TryGetAsync(NextKey(), _buffer)).IsFresh ? _buffer.WrittenCount : throw new InvalidOperationException("Missing.");
    }

    /// <summary>The tiered cache, through HybridCache's own method.</summary>
    [Benchmark]
    public string TieredCache() =>
        Completed.ResultOf(_tiered.GetOrCreateAsync<object?, string>(NextKey(), null, static (_, _) => throw new InvalidOperationException("Missing.")));

    private string NextKey() => _keys[_next++ & (Keys - 1)];
}
