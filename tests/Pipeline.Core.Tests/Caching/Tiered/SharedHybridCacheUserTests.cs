using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Xunit;

namespace Pipeline.Caching;

/// <summary>As over a server, where there are two levels.</summary>
public sealed class SharedHybridCacheUserTests : HybridCacheUserTests
{
    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Each_level_is_written_only_where_the_flags_let_it()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        await one.Cache.SetAsync("here", "value", new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableDistributedCacheWrite });
        (await one.Cache.PeekAsync("here")).Should().Be("value");
        (await two.Cache.PeekAsync("here")).Should().BeNull();

        await one.Cache.SetAsync("there", "value", new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCacheWrite });
        one.Cache.Core.Local.Count.Should().Be(1);
        (await two.Cache.PeekAsync("there")).Should().Be("value");

        var skipping = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableDistributedCacheRead };
        (await one.Cache.GetOrCreateAsync("there", new Factory().MakeAsync, skipping)).Should().Be("1");
    }

    private protected override Task<TieredHost> CreateAsync() => TieredHost.SharedAsync();
}
