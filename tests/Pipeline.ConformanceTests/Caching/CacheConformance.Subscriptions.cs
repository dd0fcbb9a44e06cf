using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Every_subscription_hears_everything()
    {
        var (first, second) = await OpenTwiceAsync();
        if (FeedOf(first) is not { } firstFeed || FeedOf(second) is not { } secondFeed)
        {
            return;
        }

        using var one = await SubscribeAsync(firstFeed);
        using var two = await SubscribeAsync(firstFeed);
        using var three = await SubscribeAsync(secondFeed);
        await first.RemoveAsync(Name("a"));
        await second.InvalidateTagAsync(Name("t"));

        foreach (var log in new[] { one, two, three })
        {
            await log.WaitForAsync(notice => (notice.Kind, notice.Name) == (CacheInvalidationKind.Key, Name("a")), HangLimit);
            await log.WaitForAsync(notice => (notice.Kind, notice.Name) == (CacheInvalidationKind.Tag, Name("t")), HangLimit);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_subscription_that_was_disposed_of_hears_no_more()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        var logs = new List<NoticeLog>();
        for (var i = 0; i < 20; i++)
        {
            var log = await SubscribeAsync(feed);
            logs.Add(log);
            await cache.RemoveAsync(Name($"{i}"));
            await log.WaitForAsync(notice => notice.Name == Name($"{i}"), HangLimit);
            log.Dispose();
            log.Dispose();
        }

        using var last = await SubscribeAsync(feed);
        await cache.RemoveAsync(Name("end"));
        await last.WaitForAsync(notice => notice.Name == Name("end"), HangLimit);

        for (var i = 0; i < logs.Count; i++)
        {
            Assert.Equal([Name($"{i}")], OwnNames(logs[i]).Distinct());
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_subscription_can_be_disposed_of_before_its_first_notice_and_by_its_own_handler()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        using var other = await SubscribeAsync(feed);
        for (var i = 0; i < 20; i++)
        {
            feed.Subscribe(_ => { }).Dispose();
            NoticeLog? log = null;
            var assigned = new ManualResetEventSlim();
            log = new NoticeLog(feed, _ =>
            {
                Assert.True(assigned.Wait(HangLimit));
                log!.Dispose();
            });
            assigned.Set();
            await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);

            await cache.RemoveAsync(Name($"{i}"));
            await other.WaitForAsync(notice => notice.Name == Name($"{i}"), HangLimit);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_handler_that_throws_hears_the_next_notice_all_the_same()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        using var other = await SubscribeAsync(feed);
        using var log = new NoticeLog(feed, _ => throw new NotSupportedException("A handler's own failure."));
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        for (var i = 0; i < 5; i++)
        {
            await cache.RemoveAsync(Name($"{i}"));
            await log.WaitForAsync(notice => notice.Name == Name($"{i}"), HangLimit);
            await other.WaitForAsync(notice => notice.Name == Name($"{i}"), HangLimit);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_slow_handler_holds_up_neither_calls_nor_other_subscriptions()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        using var open = new ManualResetEventSlim();
        using var slow = new NoticeLog(feed, _ => open.Wait(HangLimit));
        await slow.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        using var other = await SubscribeAsync(feed);
        for (var i = 0; i < 10; i++)
        {
            await cache.RemoveAsync(Name($"{i}")).AsTask().WaitAsync(HangLimit);
            await cache.InvalidateTagAsync(Name($"t{i}")).AsTask().WaitAsync(HangLimit);
            await other.WaitForAsync(notice => notice.Name == Name($"t{i}"), HangLimit);
        }

        Assert.Equal([CacheInvalidation.Resync], slow.Heard);
        open.Set();
        for (var i = 0; i < 10; i++)
        {
            await slow.WaitForAsync(notice => notice.Name == Name($"{i}"), HangLimit);
            await slow.WaitForAsync(notice => notice.Name == Name($"t{i}"), HangLimit);
        }

        Assert.Null(slow.Problem);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task No_handler_is_refused()
    {
        if (await OpenFeedAsync() is var (_, feed))
        {
            Assert.Throws<ArgumentNullException>("handler", () => feed.Subscribe(null!));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task No_notice_of_many_at_once_is_lost_and_each_comes_alone()
    {
        var (first, second) = await OpenTwiceAsync();
        if (FeedOf(first) is not { } firstFeed || FeedOf(second) is not { } secondFeed)
        {
            return;
        }

        // No more than a subscription has to hold: one that falls too far behind is told to resync.
        var repetitions = Math.Min(_store.Repetitions, 500);
        using var one = await SubscribeAsync(firstFeed);
        using var two = await SubscribeAsync(secondFeed);
        await AtOnceAsync(4, async number =>
        {
            var cache = number % 2 == 0 ? first : second;
            for (var i = 0; i < repetitions; i++)
            {
                await cache.RemoveAsync(Name($"{number}.{i}"));
                await cache.InvalidateTagAsync(Name($"t{number % 2}"));
            }

            return number;
        });
        var ends = await AtOnceAsync(4, async number =>
        {
            await (number % 2 == 0 ? first : second).RemoveAsync(Name($"end {number}"));
            return Name($"end {number}");
        });

        // Notices may come out of order, so each is waited for.
        foreach (var log in new[] { one, two })
        {
            foreach (var name in ends.Concat(Enumerable.Range(0, 4 * repetitions).Select(i => Name($"{i % 4}.{i / 4}"))))
            {
                await log.WaitForAsync(notice => notice.Name == name, HangLimit);
            }

            foreach (var tag in new[] { Name("t0"), Name("t1") })
            {
                // Every invalidation has a generation of its own.
                var told = new HashSet<long>();
                await log.WaitForAsync(
                    notice => notice.Name == tag && told.Add(notice.Generation) && told.Count == 2 * repetitions, HangLimit);
                Assert.True(told.Max() <= await GenerationAsync(first, tag), "A generation was told that the tag never had.");
            }

            Assert.Null(log.Problem);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_subscription_that_begins_while_much_happens_misses_nothing_after_its_first_notice()
    {
        if (await OpenFeedAsync() is not var (cache, feed))
        {
            return;
        }

        for (var i = 0; i < Math.Min(_store.Repetitions, 100); i++)
        {
            var key = Name($"{i}");
            using var isHearing = new CancellationTokenSource();
            var busy = Task.Run(async () =>
            {
                for (var n = 0; n < 1_000 && !isHearing.IsCancellationRequested; n++)
                {
                    await cache.RemoveAsync(Name("busy"));
                    await Task.Yield();
                }
            });
            using var log = await SubscribeAsync(feed);
            await cache.RemoveAsync(key);
            await isHearing.CancelAsync();
            await busy;

            await log.WaitForAsync(notice => notice.Name == key, HangLimit);
            Assert.Equal(CacheInvalidation.Resync, log.Heard[0]);
        }
    }
}
