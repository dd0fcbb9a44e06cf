using FluentAssertions;
using Microsoft.Extensions.Caching.Distributed;
using Pipeline.Caching;
using Pipeline.Postgres.Fixtures;
using Xunit;

namespace Pipeline.Postgres.Caching;

/// <summary>The framework's distributed cache over it. Its time really passes.</summary>
public sealed class PostgresDistributedCacheTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(4.5);

    [Fact]
    public async Task The_frameworks_distributed_cache_works_over_it()
    {
        await using var process = CacheProcess.Start(await SharedServers.CreateDatabaseAsync());
        IDistributedCache cache = process.Cache.AsDistributedCache();
        byte[] value = [1, 2, 3];

        // What comes after is over soon; to connect may take longer.
        await cache.SetAsync("first", value, new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) });
        await cache.GetAsync("first");

        await cache.SetAsync("plain", value, new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) });
        await cache.SetAsync("short", value, new() { AbsoluteExpirationRelativeToNow = Window / 3 });
        await cache.SetAsync("read", value, new() { SlidingExpiration = Window });
        await cache.SetAsync("refreshed", value, new() { SlidingExpiration = Window });
        await cache.SetAsync("left", value, new() { SlidingExpiration = Window });
        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(Window / 3);
            (await cache.GetAsync("read")).Should().Equal(value);
            await cache.RefreshAsync("refreshed");
        }

        (await cache.GetAsync("refreshed")).Should().Equal(value);
        (await cache.GetAsync("left")).Should().BeNull();
        (await cache.GetAsync("short")).Should().BeNull();
        (await cache.GetAsync("plain")).Should().Equal(value);
        await cache.RemoveAsync("plain");
        (await cache.GetAsync("plain")).Should().BeNull();
    }
}
