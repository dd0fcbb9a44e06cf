using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using Pipeline.RateLimiting;

namespace Pipeline.Benchmarks.RateLimiting;

/// <summary>
/// A decision over 10,000 keys with one prebuilt dimension, on one thread and on two, beside the framework's partitioned limiters: a token
/// bucket and a sliding window, granted; and a token bucket that denies.
/// </summary>
[MemoryDiagnoser]
public class RateLimiterBenchmarks
{
    private const int Keys = 10_000;
    private const int Decisions = 1_000_000;

    private readonly InMemoryRateLimiter _limiter = new();
    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(i => $"tenant:{i}")];
    private RateLimitRequest[] _bucket = null!;
    private RateLimitRequest[] _window = null!;
    private RateLimitRequest[] _exhausted = null!;
    private PartitionedRateLimiter<string> _frameworkBucket = null!;
    private PartitionedRateLimiter<string> _frameworkWindow = null!;
    private PartitionedRateLimiter<string> _frameworkExhausted = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Build()
    {
        const int Limit = 1_000_000_000;
        _bucket = Requests(RateLimitRule.TokenBucket(Limit, TimeSpan.FromMinutes(1)));
        _window = Requests(RateLimitRule.SlidingWindow(Limit, TimeSpan.FromMinutes(1)));
        _exhausted = Requests(RateLimitRule.TokenBucket(1, TimeSpan.FromDays(1)));
        _frameworkBucket = Bucket(Limit, TimeSpan.FromMinutes(1));
        _frameworkWindow = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetSlidingWindowLimiter(
            key, static _ => new SlidingWindowRateLimiterOptions { PermitLimit = Limit, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 60 }));
        _frameworkExhausted = Bucket(1, TimeSpan.FromDays(1));
        Run(_exhausted, 0, Keys);
        Run(_frameworkExhausted, 0, Keys);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _frameworkBucket.Dispose();
        _frameworkWindow.Dispose();
        _frameworkExhausted.Dispose();
    }

    /// <summary>The framework's token bucket.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Decisions)]
    public void FrameworkTokenBucket() => OnThreads((from, to) => Run(_frameworkBucket, from, to));

    /// <summary>Ours.</summary>
    [Benchmark(OperationsPerInvoke = Decisions)]
    public void TokenBucket() => OnThreads((from, to) => Run(_bucket, from, to));

    /// <summary>The framework's token bucket, empty.</summary>
    [Benchmark(OperationsPerInvoke = Decisions)]
    public void FrameworkTokenBucketDenies() => OnThreads((from, to) => Run(_frameworkExhausted, from, to));

    /// <summary>Ours, empty.</summary>
    [Benchmark(OperationsPerInvoke = Decisions)]
    public void TokenBucketDenies() => OnThreads((from, to) => Run(_exhausted, from, to));

    /// <summary>The framework's sliding window of 60 segments.</summary>
    [Benchmark(OperationsPerInvoke = Decisions)]
    public void FrameworkSlidingWindow() => OnThreads((from, to) => Run(_frameworkWindow, from, to));

    /// <summary>Ours.</summary>
    [Benchmark(OperationsPerInvoke = Decisions)]
    public void SlidingWindow() => OnThreads((from, to) => Run(_window, from, to));

    private static PartitionedRateLimiter<string> Bucket(int limit, TimeSpan period) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(
            key, _ => new TokenBucketRateLimiterOptions { TokenLimit = limit, TokensPerPeriod = limit, ReplenishmentPeriod = period }));

    private RateLimitRequest[] Requests(RateLimitRule rule) => [.. _keys.Select(key => new RateLimitRequest(new RateLimitDimension(key, rule)))];

    // Each thread goes through the keys from a place of its own, as callers of a service do.
    private void OnThreads(Action<int, int> run)
    {
        if (Threads == 1)
        {
            run(0, Decisions);
            return;
        }

        var share = Decisions / Threads;
        var others = Enumerable.Range(1, Threads - 1).Select(i => Task.Run(() => run(i * share, (i + 1) * share))).ToArray();
        run(0, share);
        Task.WaitAll(others);
    }

    private void Run(RateLimitRequest[] requests, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            _ = Completed.ResultOf(_limiter.AcquireAsync(requests[i % Keys]));
        }
    }

    private void Run(PartitionedRateLimiter<string> limiter, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            using var lease = limiter.AttemptAcquire(_keys[i % Keys]);
        }
    }
}
