using System.Threading.Channels;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Caching.FaultInjection;
using Xunit;

namespace Pipeline.Caching;

public sealed class CacheFeedFaultsTests
{
    private readonly InMemoryCacheBackend _shared = new(timeProvider: new ManualTimeProvider());
    private readonly CacheFaults _faults = new();
    private readonly FaultInjectingCacheBackend _cache;
    private readonly Channel<CacheInvalidation> _heard = Channel.CreateUnbounded<CacheInvalidation>();

    public CacheFeedFaultsTests() => _cache = new FaultInjectingCacheBackend(_shared, _faults);

    [Fact]
    public async Task Without_a_fault_notices_pass()
    {
        using var subscription = await SubscribeAsync();

        await _cache.RemoveAsync("a");

        (await NextAsync()).Should().Be(CacheInvalidation.ForKey("a", isLocal: true));
    }

    [Theory]
    [InlineData(false, "a,b,c")]
    [InlineData(true, "c,b,a")]
    public async Task What_is_held_up_comes_when_it_is_released_in_either_order(bool isReversed, string order)
    {
        using var subscription = await SubscribeAsync();
        _faults.Feed.Hold();
        await RemoveAsync("a", "b", "c");
        await _faults.Feed.WaitForHeldAsync(3);
        _heard.Reader.Count.Should().Be(0);
        _faults.Feed.Held.Select(notice => notice.Name).Should().Equal("a", "b", "c");

        await _faults.Feed.ReleaseAsync(isReversed);

        string.Join(',', await NamesAsync(3)).Should().Be(order);
        await RemoveAsync("d");
        (await NextAsync()).Name.Should().Be("d");
    }

    [Fact]
    public async Task What_was_held_up_and_is_lost_is_told_by_a_resync()
    {
        using var subscription = await SubscribeAsync();
        _faults.Feed.Hold();
        await RemoveAsync("a");
        await _faults.Feed.WaitForHeldAsync(1);

        await _faults.Feed.LoseHeldAsync();
        await RemoveAsync("b");

        (await NextAsync()).Should().Be(CacheInvalidation.Resync);
        (await NextAsync()).Name.Should().Be("b");
    }

    [Fact]
    public async Task An_interruption_loses_what_happens_until_the_resync()
    {
        using var subscription = await SubscribeAsync();
        await _faults.Feed.InterruptAsync();
        await RemoveAsync("missed");
        await _faults.Feed.WaitForLostAsync(1);
        await _faults.Feed.ResumeAsync();
        await RemoveAsync("heard");

        (await NextAsync()).Should().Be(CacheInvalidation.Interrupted);
        (await NextAsync()).Should().Be(CacheInvalidation.Resync);
        (await NextAsync()).Name.Should().Be("heard");
    }

    [Fact]
    public async Task A_subscription_that_begins_in_an_interruption_is_heard_of_when_it_ends()
    {
        await _faults.Feed.InterruptAsync();
        using var subscription = Subscribe();
        await RemoveAsync("a");
        await _faults.Feed.WaitForLostAsync(1);
        _heard.Reader.Count.Should().Be(0);

        await _faults.Feed.ResumeAsync();

        (await NextAsync()).Should().Be(CacheInvalidation.Resync);
    }

    [Fact]
    public async Task A_duplicated_notice_comes_twice()
    {
        using var subscription = await SubscribeAsync();
        _faults.Feed.IsDuplicating = true;

        await RemoveAsync("a", "b");

        (await NamesAsync(4)).Should().Equal("a", "a", "b", "b");
    }

    [Fact]
    public async Task A_dropped_notice_never_comes()
    {
        using var subscription = await SubscribeAsync();
        _faults.Feed.IsDropping = true;
        await RemoveAsync("a");
        await _cache.InvalidateTagAsync("t");
        await _faults.Feed.WaitForLostAsync(2);
        _faults.Feed.IsDropping = false;
        await RemoveAsync("b");

        (await NextAsync()).Name.Should().Be("b");
    }

    [Fact]
    public async Task Of_two_processes_on_one_cache_each_knows_its_own_changes()
    {
        var first = new FaultInjectingCacheBackend(_shared, _faults) { IsProcessOfItsOwn = true };
        var other = new FaultInjectingCacheBackend(_shared, new CacheFaults()) { IsProcessOfItsOwn = true };
        using var subscription = await SubscribeAsync(first);
        var announced = new CacheEntryOptions { FreshFor = TimeSpan.FromMinutes(1), AnnounceChange = true };

        foreach (var (cache, isLocal) in new[] { (first, true), (other, false), (first, true) })
        {
            await cache.RemoveAsync("a");
            await cache.SetAsync("a", default, announced);
            await cache.TryAddAsync("a", default, announced);
            await cache.SetManyAsync(new[] { new CacheEntry("a", default, announced), new CacheEntry("b", default, announced) });
            await cache.InvalidateTagAsync("a");

            foreach (var name in new[] { "a", "a", "a", "b", "a" })
            {
                var notice = await NextAsync();
                (notice.Name, notice.IsLocal).Should().Be((name, isLocal));
            }
        }
    }

    private async Task RemoveAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await _cache.RemoveAsync(key);
        }
    }

    private async Task<CacheInvalidation> NextAsync() => await _heard.Reader.ReadAsync();

    private async Task<IReadOnlyList<string?>> NamesAsync(int count)
    {
        var names = new List<string?>();
        while (names.Count < count)
        {
            names.Add((await NextAsync()).Name);
        }

        return names;
    }

    private IDisposable Subscribe(FaultInjectingCacheBackend? cache = null) =>
        (cache ?? _cache).GetCapability<ICacheInvalidationFeed>()!.Subscribe(notice => _heard.Writer.TryWrite(notice));

    private async Task<IDisposable> SubscribeAsync(FaultInjectingCacheBackend? cache = null)
    {
        var subscription = Subscribe(cache);
        (await NextAsync()).Should().Be(CacheInvalidation.Resync);
        return subscription;
    }
}
