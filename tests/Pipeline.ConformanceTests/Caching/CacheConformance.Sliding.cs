using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_sliding_entry_that_nobody_reads_is_fresh_for_its_window()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 20, SlidingWindow = Tick * 3 });
        await SetAsync(cache, Name("unread"), "value", new() { FreshFor = Tick * 20, SlidingWindow = Tick * 3 });

        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.Equal("value", await ReadAsync(cache, Name("a")));
        await AdvanceToEndAsync();

        Assert.Null(await ReadStaleAsync(cache, Name("unread")));
        Assert.Equal("value", await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_read_keeps_a_sliding_entry_fresh_for_another_window()
    {
        var (first, second) = await OpenTwiceAsync();
        await SetAsync(first, Name("a"), "value", new() { FreshFor = Tick * 100, SlidingWindow = Tick * 3 });
        for (var i = 0; i < 4; i++)
        {
            await AdvanceToJustBeforeAsync(Tick * 3);
            Assert.Equal("value", await ReadAsync(i % 2 == 0 ? second : first, Name("a")));
        }

        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.Equal(["value"], (await GetManyAsync(first, [Name("a")])).Texts);
        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.Equal("value", await ReadAsync(first, Name("a"), CacheReadOptions.RequireFreshTags));
        await AdvanceAsync(Tick * 3);

        Assert.Null(await ReadAsync(first, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_sliding_entry_is_never_fresh_longer_than_its_fresh_time()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 6, SlidingWindow = Tick * 4, StaleFor = Tick * 2 });
        await AdvanceAsync(Tick * 2);
        Assert.Equal("value", await ReadAsync(cache, Name("a")));

        await AdvanceToJustBeforeAsync(Tick * 4);
        Assert.Equal("value", await ReadAsync(cache, Name("a")));
        await AdvanceToEndAsync();
        Assert.Equal(CacheReadStatus.Stale, await StatusAsync(cache, Name("a")));
        await AdvanceAsync(Tick * 2);

        Assert.Equal(CacheReadStatus.Missing, await StatusAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_window_longer_than_the_fresh_time_has_no_effect()
    {
        var cache = await OpenAsync();
        var stored = await _store.GetServerTimeAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 3, SlidingWindow = Tick * 50 });
        var result = (await GetAsync(cache, Name("a"))).Result;
        AssertTime(stored + (Tick * 3), result.FreshUntil);
        Assert.Equal(result.FreshUntil, result.KeepUntil);

        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.Equal("value", await ReadAsync(cache, Name("a")));
        await AdvanceToEndAsync();

        Assert.Null(await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_sliding_entry_is_stale_after_the_end_that_moves()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 50, SlidingWindow = Tick * 3, StaleFor = Tick * 4 });
        await AdvanceAsync(Tick);
        Assert.Equal("value", await ReadAsync(cache, Name("a")));

        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.Equal(CacheReadStatus.Missing, (await GetAsync(cache, Name("none"))).Result.Status);
        await AdvanceToEndAsync();
        Assert.Equal(CacheReadStatus.Stale, await StatusAsync(cache, Name("a")));
        Assert.Null(await ReadAsync(cache, Name("a")));
        await AdvanceToJustBeforeAsync(Tick * 4);
        Assert.Equal(CacheReadStatus.Stale, await StatusAsync(cache, Name("a")));
        await AdvanceToEndAsync();

        Assert.Equal(CacheReadStatus.Missing, await StatusAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Only_a_read_that_finds_the_entry_fresh_extends_it()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 50, SlidingWindow = Tick * 2, StaleFor = Tick * 6 });
        await AdvanceAsync(Tick * 2);

        for (var i = 0; i < 3; i++)
        {
            await AdvanceAsync(Tick);
            Assert.Equal(CacheReadStatus.Stale, await StatusAsync(cache, Name("a")));
            Assert.Null(await ReadAsync(cache, Name("a")));
            Assert.Equal([null], (await GetManyAsync(cache, [Name("a")])).Texts);
        }

        await AdvanceAsync(Tick * 3);
        Assert.Equal(CacheReadStatus.Missing, await StatusAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_add_that_is_refused_does_not_extend_a_sliding_entry()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 50, SlidingWindow = Tick * 3 });
        await AdvanceAsync(Tick * 2);
        Assert.False(await TryAddAsync(cache, Name("a"), "other"));
        await AdvanceAsync(Tick);

        Assert.Null(await ReadStaleAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_result_says_until_when_its_own_read_has_extended_the_entry()
    {
        var cache = await OpenAsync();
        var stored = await _store.GetServerTimeAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 10, SlidingWindow = Tick * 4, StaleFor = Tick * 3 });
        foreach (var (at, end) in new[] { (0, 4), (3, 7), (6, 10), (8, 10), (9, 10) })
        {
            await AdvanceAsync(stored + (Tick * at) - await _store.GetServerTimeAsync() is { Ticks: > 0 } by ? by : TimeSpan.Zero);
            var one = (await GetAsync(cache, Name("a"))).Result;
            var many = (await GetManyAsync(cache, [Name("a")])).Results[0];
            foreach (var result in new[] { one, many })
            {
                AssertTime(stored + (Tick * end), result.FreshUntil);
                AssertTime(stored + (Tick * (end + 3)), result.KeepUntil);
                Assert.Equal(Tick * 3, result.KeepUntil - result.FreshUntil);
                AssertTime(stored + (Tick * at), result.ReadAt);
            }
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_new_value_slides_only_if_it_is_to()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("no more"), "old", new() { FreshFor = Tick * 50, SlidingWindow = Tick * 2 });
        await SetAsync(cache, Name("no more"), "new", new() { FreshFor = Tick * 4 });
        await SetAsync(cache, Name("from now"), "old", new() { FreshFor = Tick * 50 });
        await SetAsync(cache, Name("from now"), "new", new() { FreshFor = Tick * 50, SlidingWindow = Tick * 4 });

        await AdvanceAsync(Tick * 3);
        Assert.Equal("new", await ReadAsync(cache, Name("no more")));
        await AdvanceAsync(Tick);

        Assert.Null(await ReadAsync(cache, Name("no more")));
        Assert.Null(await ReadAsync(cache, Name("from now")));
    }
}
