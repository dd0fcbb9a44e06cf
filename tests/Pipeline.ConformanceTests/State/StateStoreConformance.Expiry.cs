using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class StateStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task What_has_expired_is_not_there()
    {
        var store = await _store.OpenAsync();
        var version = await WriteAsync(store, Key(), timeToLive: Tick * 2);

        await _store.AdvanceAsync(Tick);
        Assert.Equal("value", await ReadAsync(store, Key()));
        await _store.AdvanceAsync(Tick);

        Assert.Null(await store.GetAsync(Key()));
        Assert.Empty((await store.ListAsync(Space)).Items);
        Assert.False(await store.DeleteAsync(Key()));
        Assert.False(await store.DeleteAsync(Key(), version));
        Assert.Equal(default, await store.CompareAndSetAsync(Key(), Bytes("late"), version));
        await WriteAsync(store, Key(), "anew");
        Assert.Equal("anew", await ReadAsync(store, Key()));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Each_write_sets_the_time_to_live_anew()
    {
        var store = await _store.OpenAsync();
        var version = await WriteAsync(store, Key(), "short", timeToLive: Tick * 2);
        await _store.AdvanceAsync(Tick);
        version = await WriteAsync(store, Key(), "longer", version, Tick * 4);
        await _store.AdvanceAsync(Tick * 2);
        Assert.Equal("longer", await ReadAsync(store, Key()));

        version = await WriteAsync(store, Key(), "for ever", version);
        await _store.AdvanceAsync(Tick * 4);
        Assert.Equal("for ever", await ReadAsync(store, Key()));
        Assert.Null((await store.GetAsync(Key()))!.Value.ExpiresAt);

        await WriteAsync(store, Key(), "short", version, Tick);
        await _store.AdvanceAsync(Tick * 2);
        Assert.Null(await store.GetAsync(Key()));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_write_that_is_refused_leaves_the_time_to_live()
    {
        var store = await _store.OpenAsync();
        var version = await WriteAsync(store, Key(), timeToLive: Tick * 2);
        await _store.AdvanceAsync(Tick);

        Assert.False((await store.CompareAndSetAsync(Key(), Bytes("other"), version + 1, Tick * 60)).Succeeded);
        await _store.AdvanceAsync(Tick + _store.ClockTolerance);

        Assert.Null(await store.GetAsync(Key()));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_expiry_is_named_by_the_store_s_clock()
    {
        var (first, second) = (await _store.OpenAsync(), await _store.OpenAsync());
        var now = await first.GetTimeAsync();
        Assert.Equal(TimeSpan.Zero, now.Offset);
        await WriteAsync(first, Key(), timeToLive: Tick * 3);

        AssertTime(now + (Tick * 3), (await second.GetAsync(Key()))!.Value.ExpiresAt);
        AssertTime(now + (Tick * 3), (await second.ListAsync(Space)).Items.Single().Entry.ExpiresAt);
        AssertTime(now + (Tick * 3), (await second.CompareAndSetAsync(Key(), default, 0)).Current!.Value.ExpiresAt);
        await _store.AdvanceAsync(Tick);
        AssertTime(now + Tick, await second.GetTimeAsync());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_longest_and_the_shortest_life_are_kept()
    {
        var store = await _store.OpenAsync();
        await WriteAsync(store, Key("long"), timeToLive: StateArguments.MaxTimeToLive);
        await WriteAsync(store, Key("short"), timeToLive: StateArguments.MinTimeToLive);

        await _store.AdvanceAsync(Tick);

        Assert.NotNull(await store.GetAsync(Key("long")));
        Assert.Null(await store.GetAsync(Key("short")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_wall_clock_that_is_set_ends_no_life_early_and_gives_no_version_again()
    {
        if (_store.CannotSetClock is { } reason)
        {
            Assert.NotEmpty(reason);
            return;
        }

        var store = await _store.OpenAsync();
        var now = await store.GetTimeAsync();
        var first = await WriteAsync(store, Key(), timeToLive: Tick * 4);
        await WriteAsync(store, Key("other"), timeToLive: Tick * 4);
        foreach (var days in new[] { -400, 400 })
        {
            await _store.SetServerTimeAsync(now + TimeSpan.FromDays(days));
            Assert.Equal("value", await ReadAsync(store, Key("other")));
        }

        await _store.SetServerTimeAsync(now - TimeSpan.FromDays(400));
        Assert.True(await store.DeleteAsync(Key(), first));
        Assert.NotEqual(first, await WriteAsync(store, Key()));
        await _store.AdvanceAsync(Tick * 4);
        Assert.Null(await store.GetAsync(Key("other")));
    }
}
