using System.Collections.Concurrent;
using Pipeline.Backends;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Abilities_are_found_where_the_store_says_so()
    {
        ICapabilityProvider cache = await OpenAsync();

        Assert.Equal(_store.HasFeed, cache.GetCapability<ICacheInvalidationFeed>() is not null);
        Assert.Equal(_store.HasFillLeases, cache.GetCapability<ICacheFillLeases>() is not null);
        Assert.Null(cache.GetCapability<IDisposable[]>());
        Assert.NotNull(cache.GetCapability<ICacheBackend>());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_second_instance_is_on_the_same_data_or_there_is_a_reason()
    {
        var (first, second) = await OpenTwiceAsync();
        await SetAsync(first, Name("a"), "value");

        Assert.Equal("value", await ReadAsync(second, Name("a")));
        Assert.Equal(ReferenceEquals(first, second), _store.NotSharedBecause is { Length: > 0 });
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_first_notice_is_that_everything_is_heard_from_here_on()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        for (var i = 0; i < 20; i++)
        {
            await cache.RemoveAsync(Name("before"));
            using var log = new NoticeLog(feed);
            await cache.RemoveAsync(Name("after"));
            await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);

            Assert.Equal(CacheInvalidation.Resync, log.Heard[0]);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_removal_is_announced_whatever_stood_there()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        await SetAsync(cache, Name("stood"), "value");
        await SetTaggedAsync(cache, Name("invalid"), "value", Name("t"));
        await cache.InvalidateTagAsync(Name("t"));
        using var log = await SubscribeAsync(feed);

        // Another process may have a copy of an entry that the backend had no room for.
        foreach (var key in new[] { Name("stood"), Name("invalid"), Name("nothing") })
        {
            await cache.RemoveAsync(key);
            await log.WaitForAsync(notice => notice == CacheInvalidation.ForKey(key, isLocal: true), HangLimit);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_invalidation_is_announced_with_its_generation()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        using var log = await SubscribeAsync(feed);
        var before = 0L;
        for (var i = 0; i < 5; i++)
        {
            await cache.InvalidateTagAsync(Name("t"));
            var after = await GenerationAsync(cache, Name("t"));

            // A tag that had no counter may get one when it is read, with a number above that of the notice.
            await log.WaitForAsync(
                notice => (notice.Kind, notice.Name, notice.IsLocal) == (CacheInvalidationKind.Tag, Name("t"), true)
                    && notice.Generation > before && notice.Generation <= after,
                HangLimit);
            before = after;
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_new_value_is_announced_if_it_is_to_be()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        using var log = await SubscribeAsync(feed);
        var announced = Lasting with { AnnounceChange = true };
        await SetAsync(cache, Name("set"), "value", announced);
        await SetAsync(cache, Name("set again"), "value");
        await SetAsync(cache, Name("set again"), "value", announced);
        await TryAddAsync(cache, Name("added"), "value", announced);
        await SetManyAsync(cache, Entry(Name("many"), "value", announced), Entry(Name("silent"), "value"), Entry(Name("more"), "value", announced));

        foreach (var key in new[] { Name("set"), Name("set again"), Name("added"), Name("many"), Name("more") })
        {
            await log.WaitForAsync(notice => notice == CacheInvalidation.ForKey(key, isLocal: true), HangLimit);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Nothing_else_is_announced()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        using var log = await SubscribeAsync(feed);
        await SetTaggedAsync(cache, Name("a"), "value", Name("t"));
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick, SlidingWindow = Tick });
        await TryAddAsync(cache, Name("b"), "value", new() { FreshFor = Tick, StaleFor = Tick });
        await TryAddAsync(cache, Name("b"), "refused", Lasting with { AnnounceChange = true });
        await SetManyAsync(cache, Entry(Name("c"), "value", new() { FreshFor = Tick }), Entry(Name("c"), "value", new() { FreshFor = Tick }));
        await GetManyAsync(cache, [Name("a"), Name("b"), Name("c"), Name("d")]);
        await AdvanceAsync(Tick * 3);
        await GetManyAsync(cache, [Name("a"), Name("b"), Name("c"), Name("d")]);
        await SetAsync(cache, Name("a"), "value");

        await cache.RemoveAsync(Name("end"));
        await log.WaitForAsync(notice => notice.Name == Name("end"), HangLimit);
        Assert.Equal([Name("end")], OwnNames(log));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_notice_says_whether_this_process_made_the_change()
    {
        var (first, second) = await OpenTwiceAsync();
        if (FeedOf(first) is not { } firstFeed || FeedOf(second) is not { } secondFeed)
        {
            return;
        }

        var isSame = _store.NotSharedBecause is not null;
        using var firstLog = await SubscribeAsync(firstFeed);
        using var secondLog = await SubscribeAsync(secondFeed);

        await first.RemoveAsync(Name("removed"));
        await SetAsync(first, Name("set"), "value", Lasting with { AnnounceChange = true });
        await first.InvalidateTagAsync(Name("t"));

        foreach (var (log, isLocal) in new[] { (firstLog, true), (secondLog, isSame) })
        {
            foreach (var name in new[] { Name("removed"), Name("set"), Name("t") })
            {
                await log.WaitForAsync(notice => notice.Name == name, HangLimit);
                Assert.All(log.Heard.Where(notice => notice.Name == name), notice => Assert.Equal(isLocal, notice.IsLocal));
            }
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_a_notice_tells_has_happened()
    {
        var (first, second) = await OpenTwiceAsync();
        if (FeedOf(second) is not { } feed)
        {
            return;
        }

        // Whoever drops a copy and reads again must not find what the notice was about.
        var reads = new ConcurrentQueue<Task<string?>>();
        using var log = new NoticeLog(feed, notice =>
        {
            if (notice.Name?.EndsWith(_run, StringComparison.Ordinal) is true)
            {
                reads.Enqueue(ReadAsync(second, notice.Name, CacheReadOptions.RequireFreshTags));
            }
        });
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        var changed = await AtOnceAsync(3, async way =>
        {
            for (var i = 0; i < _store.Repetitions; i++)
            {
                var name = Name($"{way}.{i}");
                await SetTaggedAsync(first, name, "old", name);
                await (way switch
                {
                    0 => SetAsync(first, name, "new", Lasting with { AnnounceChange = true }),
                    1 => first.RemoveAsync(name).AsTask(),
                    _ => first.InvalidateTagAsync(name).AsTask(),
                });
            }

            return Name($"{way}.{_store.Repetitions - 1}");
        });
        foreach (var name in changed)
        {
            await log.WaitForAsync(notice => notice.Name == name, HangLimit);
        }

        log.Dispose();
        Assert.DoesNotContain("old", await Task.WhenAll(reads));
    }

    /// <summary>The names of this test in what was heard, in order.</summary>
    private IReadOnlyList<string> OwnNames(NoticeLog log) =>
        [.. log.Heard.Select(notice => notice.Name).OfType<string>().Where(name => name.EndsWith(_run, StringComparison.Ordinal))];

    private static ICacheInvalidationFeed? FeedOf(ICacheBackend cache) => cache.GetCapability<ICacheInvalidationFeed>();

    /// <summary>Opens a cache and its feed; <see langword="null"/> where there is none.</summary>
    private async Task<(ICacheBackend Cache, ICacheInvalidationFeed Feed)?> OpenFeedAsync()
    {
        var cache = await OpenAsync();
        return FeedOf(cache) is { } feed ? (cache, feed) : null;
    }

    /// <summary>Subscribes, and waits until the subscription hears everything.</summary>
    private static async Task<NoticeLog> SubscribeAsync(ICacheInvalidationFeed feed)
    {
        var log = new NoticeLog(feed);
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        return log;
    }
}
