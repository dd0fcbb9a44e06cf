using System.Buffers;
using Pipeline.Backends;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task What_cannot_be_read_is_unreadable_and_the_next_write_replaces_it()
    {
        var (first, second) = await OpenTwiceAsync();
        foreach (var stored in DamagedEntries(await _store.GetServerTimeAsync()))
        {
            if (!await _store.PlaceAsync(Name("a"), stored))
            {
                return;
            }

            var destination = new StrictBufferWriter();
            Assert.Equal(CacheReadStatus.Unreadable, (await first.TryGetAsync(Name("a"), destination)).Status);
            Assert.Equal(CacheReadStatus.Unreadable, await StatusAsync(second, Name("a")));
            var (results, _) = await GetManyAsync(first, [Name("none"), Name("a")]);
            Assert.Equal([CacheReadStatus.Missing, CacheReadStatus.Unreadable], results.Select(result => result.Status));
            Assert.Equal(0, destination.Length);

            await SetAsync(second, Name("a"), "new");
            Assert.Equal("new", await ReadAsync(first, Name("a")));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_cannot_be_read_does_not_stand_and_can_be_removed()
    {
        var cache = await OpenAsync();
        foreach (var stored in DamagedEntries(await _store.GetServerTimeAsync()))
        {
            if (!await _store.PlaceAsync(Name("a"), stored) || !await _store.PlaceAsync(Name("b"), stored))
            {
                return;
            }

            Assert.True(await TryAddAsync(cache, Name("a"), "new"));
            Assert.Equal("new", await ReadAsync(cache, Name("a")));
            await cache.RemoveAsync(Name("b"));
            Assert.Equal(CacheReadStatus.Missing, await StatusAsync(cache, Name("b")));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lost_counter_makes_its_entries_invalid()
    {
        var (first, second) = await OpenTwiceAsync();
        for (var i = 0; i < 3; i++)
        {
            await first.InvalidateTagAsync(Name("t"));
            await SetTaggedAsync(first, Name("a"), $"{i}", Name("t"), Name("u"));
            if (await _store.LoseCounterAsync(first, Name("t")) is not { } isLost)
            {
                return;
            }

            foreach (var cache in new[] { first, second })
            {
                Assert.Equal(isLost ? null : $"{i}", await ReadAsync(cache, Name("a"), CacheReadOptions.RequireFreshTags | CacheReadOptions.AllowStale));
            }
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_counter_that_is_lost_while_a_value_is_made_makes_the_entry_invalid()
    {
        var (first, second) = await OpenTwiceAsync();
        for (var i = 0; i < 4; i++)
        {
            var isInvalidated = i % 2 == 1;
            var options = Lasting with { Tags = await GenerationsAsync(first, Name($"t{i}")) };
            await (isInvalidated ? second.InvalidateTagAsync(Name($"t{i}")).AsTask() : Task.CompletedTask);
            if (await _store.LoseCounterAsync(first, Name($"t{i}")) is not { } isLost)
            {
                return;
            }

            await SetAsync(first, Name($"a{i}"), "value", options);
            await TryAddAsync(first, Name($"b{i}"), "value", options);

            foreach (var cache in new[] { first, second })
            {
                var (_, texts) = await GetManyAsync(
                    cache, [Name($"a{i}"), Name($"b{i}")], CacheReadOptions.RequireFreshTags | CacheReadOptions.AllowStale);
                Assert.All(texts, text => Assert.Equal(isLost || isInvalidated ? null : "value", text));
            }
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lost_counter_starts_again_above_all_it_ever_had()
    {
        var cache = await OpenAsync();
        var last = 0L;
        for (var i = 0; i < 4; i++)
        {
            await cache.InvalidateTagAsync(Name("t"));
            var generation = await GenerationAsync(cache, Name("t"));
            Assert.True(generation > last, $"The generation is {generation}, and was {last} before the counter was lost.");
            await SetTaggedAsync(cache, Name("a"), $"{i}", Name("t"));
            Assert.Equal($"{i}", await ReadAsync(cache, Name("a"), CacheReadOptions.RequireFreshTags));
            await cache.RemoveAsync(Name("a"));
            last = generation;
            if (await _store.LoseCounterAsync(cache, Name("t")) is null)
            {
                return;
            }
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_server_that_is_away_is_told_by_every_call()
    {
        if (await _store.OpenUnreachableAsync() is not { } cache)
        {
            return;
        }

        var destination = new StrictBufferWriter();
        await AssertAwayAsync(() => cache.TryGetAsync(Name("a"), destination).AsTask());
        await AssertAwayAsync(() => cache.GetManyAsync(new[] { Name("a") }, destination, new CacheReadResult[1]).AsTask());
        await AssertAwayAsync(() => cache.ReadGenerationsAsync([Name("t")]).AsTask());
        await AssertAwayAsync(() => SetAsync(cache, Name("a"), Telltale));
        await AssertAwayAsync(() => TryAddAsync(cache, Name("a"), Telltale));
        await AssertAwayAsync(() => SetManyAsync(cache, Entry(Name("a"), Telltale)));
        await AssertAwayAsync(() => cache.RemoveAsync(Name("a")).AsTask());
        await AssertAwayAsync(() => cache.InvalidateTagAsync(Name("t")).AsTask());
        if (cache.GetCapability<ICacheFillLeases>() is { } leases)
        {
            var lease = CacheFillLease.Taken(Name("a"), Guid.NewGuid(), LongLease);
            await AssertAwayAsync(() => leases.TryTakeAsync(Name("a"), LongLease).AsTask());
            await AssertAwayAsync(() => leases.RenewAsync(lease, LongLease).AsTask());
            await AssertAwayAsync(() => leases.ReleaseAsync(lease).AsTask());
        }

        await AssertRefusedAsync("key", () => cache.RemoveAsync("").AsTask());
        Assert.Equal(0, destination.Length);
        if (FeedOf(cache) is { } feed)
        {
            using var log = new NoticeLog(feed);
            Assert.Empty(log.Heard);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_gap_in_the_feed_is_told_and_ends_with_a_resync()
    {
        var (first, second) = await OpenTwiceAsync();
        if (FeedOf(second) is not { } feed)
        {
            return;
        }

        using var log = await SubscribeAsync(feed);
        await SetTaggedAsync(first, Name("a"), "value", Name("t"));
        Assert.Equal("value", await ReadAsync(second, Name("a")));
        if (!await _store.CutFeedAsync(second))
        {
            return;
        }

        await log.WaitForAsync(notice => notice == CacheInvalidation.Interrupted, HangLimit);
        await first.InvalidateTagAsync(Name("t"));
        await first.RemoveAsync(Name("missed"));

        // While it hears nothing, an instance judges by the backend's counters.
        Assert.Null(await ReadAsync(second, Name("a")));
        await _store.RestoreFeedAsync(second);
        var resyncs = 0;
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync && ++resyncs == 2, HangLimit);
        Assert.Null(await ReadAsync(second, Name("a")));
        await first.RemoveAsync(Name("heard"));
        await log.WaitForAsync(notice => notice.Name == Name("heard"), HangLimit);
    }

    private static async Task AssertAwayAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<BackendUnavailableException>(call);
        Assert.False(string.IsNullOrEmpty(error.Backend) || string.IsNullOrEmpty(error.Operation));
        Assert.DoesNotContain(Telltale, error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What is not, to the last bit, an entry: nothing, text, and what is cut, longer, newer, or damaged in any one place.</summary>
    private static List<byte[]> DamagedEntries(DateTimeOffset now)
    {
        var writer = new ArrayBufferWriter<byte>();
        CacheEnvelope.Create(Lasting with { Tags = [new TagGeneration("t", 1)] }, now).Write(writer, ValueBytes.Of("value"));
        var whole = writer.WrittenSpan.ToArray();
        List<byte[]> damaged = [[], "hello"u8.ToArray(), new byte[whole.Length], [.. whole, 0], whole[1..]];
        for (var i = 0; i < whole.Length; i += 3)
        {
            damaged.Add(whole[..i]);
            var flipped = whole.ToArray();
            flipped[i] ^= 1;
            damaged.Add(flipped);
        }

        return damaged;
    }
}
