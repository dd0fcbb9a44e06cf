using System.Buffers;
using Pipeline.Caching;
using StackExchange.Redis;

namespace Pipeline.Throughput.Redis;

/// <summary>A value of 1 kB read by the bare client and through the cache's backend.</summary>
internal static class CacheComparisons
{
    private const int ValueLength = 1_000;
    private const int Keys = 1_000;

    public static async Task<IReadOnlyList<Comparison>> CreateAsync(IDatabase database, ICacheBackend cache)
    {
        var value = new byte[ValueLength];
        Random.Shared.NextBytes(value);
        var bareKeys = Enumerable.Range(0, Keys).Select(i => (RedisKey)$"bare:cache:{i}").ToArray();
        var keys = Enumerable.Range(0, Keys).Select(i => $"cache:{i}").ToArray();
        for (var i = 0; i < Keys; i++)
        {
            await database.StringSetAsync(bareKeys[i], value);
            await cache.SetAsync(keys[i], new ReadOnlySequence<byte>(value), new CacheEntryOptions { FreshFor = TimeSpan.FromHours(1) });
        }

        var turn = 0;
        return
        [
            new(
                "cache get, 1 kB",
                new Contender("GET", () => database.StringGetAsync(bareKeys[(uint)Interlocked.Increment(ref turn) % Keys])),
                new Contender("cache", async () =>
                {
                    var destination = new ArrayBufferWriter<byte>(ValueLength);
                    await cache.TryGetAsync(keys[(uint)Interlocked.Increment(ref turn) % Keys], destination);
                }),
                [0.9, 0.9, 0.9]),
        ];
    }
}
