using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Pipeline.Telemetry;

namespace Pipeline.Soak;

/// <summary>
/// All that a service does with the in-process half of the suite, at random: cached values that come and go, tags that are invalidated, factories that
/// fail, callers that give up, limits over ever new tenants, reservations that are settled, released or forgotten, and steps with all of it.
/// </summary>
internal sealed class MixedLoad : IAsyncDisposable
{
    private const int Keys = 20_000;
    private const int Tenants = 10_000;
    private const int Tags = 500;

    private static readonly RateLimitRule Requests = RateLimitRule.SlidingWindow(100, TimeSpan.FromSeconds(2));
    private static readonly RateLimitRule Tokens = RateLimitRule.TokenBucket(10_000, TimeSpan.FromSeconds(2));
    private static readonly RateLimitRule Slots = RateLimitRule.Concurrency(8, TimeSpan.FromSeconds(1));

    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly ServiceProvider _services;
    private readonly HybridCache _cache;
    private readonly IRateLimiter _limiter;
    private readonly IStepRunner<int, string> _step;
    private long _operations;
    private long _newest;
    private long _hits;
    private long _fills;
    private long _denials;
    private long _failures;

    public MixedLoad()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AsHybridCache()
            .AddStep<int, string>("answer", AnswerAsync, step => step
                .Cache(TimeSpan.FromSeconds(1))
                .Limit(RateLimitRule.SlidingWindow(1_000_000, TimeSpan.FromSeconds(1)), Partition.Tenant)
                .LimitTokens(RateLimitRule.TokenBucket(1_000_000_000, TimeSpan.FromSeconds(1)), Partition.Tenant, static _ => 100));
        services.Configure<TieredCacheOptions>(options =>
        {
            options.Memory.MaxEntries = 10_000;
            options.Memory.MaxBytes = 16 * 1024 * 1024;
        });
        _services = services.BuildServiceProvider();
        _cache = _services.GetRequiredService<HybridCache>();
        _limiter = _services.GetRequiredService<IRateLimiter>();
        _step = _services.GetRequiredService<IStepRunner<int, string>>();
    }

    public long Operations => Interlocked.Read(ref _operations);

    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_operations:N0} operations: {_hits:N0} answers from the cache, {_fills:N0} fills, {_denials:N0} denials, {_failures:N0} factories that failed or were given up");

    public async Task RunAsync(int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        while (!cancellationToken.IsCancellationRequested)
        {
            var kind = random.Next(100);
            await (kind switch
            {
                < 50 => ReadAsync(random),
                < 55 => WriteAsync(random),
                < 57 => InvalidateAsync(random),
                < 60 => GiveUpAsync(random),
                < 75 => LimitAsync(random),
                < 80 => LimitNewTenantAsync(),
                < 90 => ReserveAsync(random),
                _ => StepAsync(random),
            });
            Interlocked.Increment(ref _operations);
            if (kind == 0)
            {
                await Task.Yield();
            }
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static ValueTask<string> AnswerAsync(int question, StepContext context, CancellationToken cancellationToken)
    {
        context.ReportUsage(new TokenUsage { UncachedInput = question % 100, Output = 10 });
        return ValueTask.FromResult(new string('a', question % 2_000));
    }

    private static string Tag(int key) => string.Create(CultureInfo.InvariantCulture, $"tag:{key % Tags}");

    // A power of an even number is skewed: some are asked for often, most seldom.
    private static int Skewed(Random random, int count) => (int)(Math.Pow(random.NextDouble(), 4) * count);

    private async Task ReadAsync(Random random)
    {
        var key = Skewed(random, Keys);
        var ran = false;
        try
        {
            await _cache.GetOrCreateAsync(
                $"value:{key}",
                _ =>
                {
                    ran = true;
                    return random.Next(50) == 0 ? throw new InvalidOperationException("The factory failed.") : ValueTask.FromResult(new string('x', key % 3_000));
                },
                tags: [Tag(key)]);
            Interlocked.Increment(ref ran ? ref _fills : ref _hits);
        }
        catch (InvalidOperationException)
        {
            Interlocked.Increment(ref _failures);
        }
    }

    private async Task WriteAsync(Random random)
    {
        var key = Skewed(random, Keys);
        if (random.Next(3) == 0)
        {
            await _cache.RemoveAsync($"value:{key}");
        }
        else
        {
            await _cache.SetAsync($"value:{key}", "written", tags: [Tag(key)]);
        }
    }

    private async Task InvalidateAsync(Random random)
    {
        // Tags that are used once and never again must not stay.
        var tag = random.Next(2) == 0 ? Tag(random.Next(Tags)) : $"once:{Interlocked.Increment(ref _newest)}";
        await _cache.RemoveByTagAsync(tag);
    }

    private async Task GiveUpAsync(Random random)
    {
        using var impatient = new CancellationTokenSource();
        var asking = _cache.GetOrCreateAsync(
            $"slow:{random.Next(100)}",
            async token =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, token);
                return "slow";
            },
            new HybridCacheEntryOptions { Expiration = TimeSpan.FromMilliseconds(20) },
            cancellationToken: impatient.Token);
        await impatient.CancelAsync();
        try
        {
            await asking;
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _failures);
        }
    }

    private async Task LimitAsync(Random random)
    {
        var tenant = Skewed(random, Tenants);
        var request = new RateLimitRequest(
            new RateLimitDimension($"tenant:{tenant}", Requests), new RateLimitDimension($"tokens:{tenant}", Tokens, random.Next(100)));
        Count(await _limiter.AcquireAsync(request));
    }

    // A new one each millisecond: were it one for each call, what is live would follow the machine's speed.
    private async Task LimitNewTenantAsync()
    {
        var millisecond = (long)TimeProvider.System.GetElapsedTime(_started).TotalMilliseconds;
        Count(await _limiter.AcquireAsync(new RateLimitDimension($"new:{millisecond}", Requests)));
    }

    private async Task ReserveAsync(Random random)
    {
        var tenant = random.Next(1_000);
        var decision = await _limiter.AcquireAsync(new RateLimitRequest(
            RateLimitDimension.Estimate($"tokens:{tenant}", Tokens, 50), new RateLimitDimension($"slots:{tenant}", Slots)));
        Count(decision);
        if (decision.Reservation is not { } reservation)
        {
            return;
        }

        await _limiter.RenewAsync(reservation);
        if (random.Next(2) == 0)
        {
            await _limiter.SettleAsync(reservation, random.Next(200));
        }
        else
        {
            await _limiter.ReleaseAsync(reservation);
        }
    }

    private async Task StepAsync(Random random)
    {
        try
        {
            var result = await _step.RunAsync(Skewed(random, Keys), new CallContext { Tenant = $"tenant:{random.Next(100)}" });
            Interlocked.Increment(ref result.CacheOutcome == CacheOutcome.Hit ? ref _hits : ref _fills);
        }
        catch (RateLimitRejectedException)
        {
            Interlocked.Increment(ref _denials);
        }
    }

    private void Count(in RateLimitDecision decision)
    {
        if (!decision.IsGranted)
        {
            Interlocked.Increment(ref _denials);
        }
    }
}
