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
    private const int OrderMask = (1 << 16) - 1;

    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(i => $"tenant:{i}")];
    private readonly int[] _order = new int[OrderMask + 1];
    private Limited _bucket;
    private Limited _window;
    private Limited _exhausted;
    private PartitionedRateLimiter<string> _frameworkBucket = null!;
    private PartitionedRateLimiter<string> _frameworkWindow = null!;
    private PartitionedRateLimiter<string> _frameworkExhausted = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Build()
    {
        // Callers come in no order. Going through the keys in the order in which they were made would have the processor fetch them ahead.
        var random = new Random(1);
        for (var i = 0; i < _order.Length; i++)
        {
            _order[i] = random.Next(Keys);
        }

        // A refill this slow leaves every bucket with something missing: one that is full again is forgotten, and made anew by the next call.
        const int Most = 1_000_000_000;
        const int Refill = 1_000;
        _bucket = Limit(RateLimitRule.TokenBucket(Most, Refill, TimeSpan.FromMinutes(1)));
        _window = Limit(RateLimitRule.SlidingWindow(Most, TimeSpan.FromMinutes(1)));
        _exhausted = Limit(RateLimitRule.TokenBucket(1, 1, TimeSpan.FromDays(1)));
        _frameworkBucket = Bucket(Most, Refill, TimeSpan.FromMinutes(1));
        _frameworkWindow = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetSlidingWindowLimiter(
            key, static _ => new SlidingWindowRateLimiterOptions { PermitLimit = Most, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 60 }));
        _frameworkExhausted = Bucket(1, 1, TimeSpan.FromDays(1));
        Run(_exhausted, 0, _order.Length);
        Run(_frameworkExhausted, 0, _order.Length);
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

    private static PartitionedRateLimiter<string> Bucket(int limit, int refill, TimeSpan period) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(
            key, _ => new TokenBucketRateLimiterOptions { TokenLimit = limit, TokensPerPeriod = refill, ReplenishmentPeriod = period }));

    private Limited Limit(RateLimitRule rule) =>
        new(new InMemoryRateLimiter(), [.. _keys.Select(key => new RateLimitRequest(new RateLimitDimension(key, rule)))]);

    private void OnThreads(Action<int, int> run)
    {
        var share = Decisions / Threads;
        var others = Enumerable.Range(1, Threads - 1).Select(i => Task.Run(() => RunShare(i))).ToArray();
        RunShare(0);
        Task.WaitAll(others);

        void RunShare(int thread)
        {
            var from = thread * (_order.Length / Threads);
            run(from, from + share);
        }
    }

    private void Run(Limited limited, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            _ = Completed.ResultOf(limited.Limiter.AcquireAsync(limited.Requests[_order[i & OrderMask]]));
        }
    }

    private void Run(PartitionedRateLimiter<string> limiter, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            using var lease = limiter.AttemptAcquire(_keys[_order[i & OrderMask]]);
        }
    }

    private readonly record struct Limited(InMemoryRateLimiter Limiter, RateLimitRequest[] Requests);
}
