using Pipeline.RateLimiting;
using StackExchange.Redis;

namespace Pipeline.Throughput.Redis;

/// <summary>Decisions of the limiter beside scripts that do as many reads and writes and decide nothing.</summary>
internal static class LimiterComparisons
{
    private const int Keys = 1_000;
    private const string One = "local t = redis.call('TIME'); local v = redis.call('GET', KEYS[1]); redis.call('SET', KEYS[1], ARGV[1], 'PX', 60000); return 1";

    private const string Three =
        "local t = redis.call('TIME'); local v = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3]); "
        + "for i = 1, 3 do redis.call('SET', KEYS[i], ARGV[1], 'PX', 60000) end; return 1";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly RedisValue[] Value = ["0123456789012345678901234567890123456789"];

    public static async Task<IReadOnlyList<Comparison>> CreateAsync(IDatabase database, IServer server, IRateLimiter limiter)
    {
        var (one, three) = (await server.ScriptLoadAsync(One), await server.ScriptLoadAsync(Three));
        var keys = Enumerable.Range(0, Keys).Select(i => new RedisKey[] { $"bare:{{l{i}}}:a", $"bare:{{l{i}}}:b", $"bare:{{l{i}}}:c" }).ToArray();
        var single = keys.Select(names => names[..1]).ToArray();
        const long Many = 1_000_000_000;
        var turn = 0;

        Contender Bare(byte[] script, RedisKey[][] names) =>
            new("script", () => database.ScriptEvaluateAsync(script, names[(uint)Interlocked.Increment(ref turn) % Keys], Value));

        Contender Ours(params RateLimitRule[] rules)
        {
            var requests = Enumerable.Range(0, Keys)
                .Select(i => new RateLimitRequest([.. rules.Select((rule, n) => new RateLimitDimension($"user {i}/{n}", rule))]))
                .ToArray();
            return new("limiter", async () => await limiter.AcquireAsync(requests[(uint)Interlocked.Increment(ref turn) % Keys]));
        }

        var (bucket, window) = (RateLimitRule.TokenBucket(Many, Window), RateLimitRule.SlidingWindow(Many, Window));
        return
        [
            new("limiter, token bucket", Bare(one, single), Ours(bucket), [0.7, 0.7, 0.7]),
            new("limiter, sliding window", Bare(one, single), Ours(window), [0.55, 0.55, 0.55]),
            new("limiter, three dimensions", Bare(three, keys), Ours(bucket, window, RateLimitRule.FixedWindow(Many, Window)), [0.5, 0.5, 0.5]),
        ];
    }
}
