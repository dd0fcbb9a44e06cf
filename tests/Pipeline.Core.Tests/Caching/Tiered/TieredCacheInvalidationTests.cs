using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance.Caching.FaultInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Caching;

/// <summary>A value from before a change is never served to who asks after it. Each test makes the worst interleaving happen.</summary>
public sealed class TieredCacheInvalidationTests
{
    private static readonly string[] Tags = ["a", "b"];

    public enum Change
    {
        Tag,
        All,
        Key,
        Set,
    }

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(Change.Tag, true)]
    [InlineData(Change.Tag, false)]
    [InlineData(Change.All, true)]
    [InlineData(Change.All, false)]
    [InlineData(Change.Key, true)]
    [InlineData(Change.Key, false)]
    [InlineData(Change.Set, true)]
    [InlineData(Change.Set, false)]
    public async Task Who_asks_after_a_change_does_not_join_a_run_from_before_it_and_its_value_is_not_kept(Change change, bool isLocal)
    {
        using var host = isLocal ? TieredHost.Local() : await TieredHost.SharedAsync();
        var factory = new Factory(isHeld: true);
        var before = host.Cache.AskAsync("key", factory, Tags);
        await factory.StartedAsync();
        await ApplyAsync(host.Cache, change);

        var after = host.Cache.AskAsync("key", factory, Tags);
        if (change != Change.Set)
        {
            await factory.StartedAsync(2);
            factory.Finish(2);
        }

        var expected = change == Change.Set ? "set" : "2";
        (await after).Should().Be(expected);

        // The old run ends last, and brings a value that was made from old data.
        factory.Finish(1);
        (await before).Should().Be("1");
        (await host.Cache.PeekAsync("key")).Should().Be(expected);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        (await host.Cache.PeekAsync("key")).Should().Be(expected);
    }

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(Change.Tag)]
    [InlineData(Change.All)]
    [InlineData(Change.Key)]
    public async Task A_run_that_ends_after_the_change_leaves_nothing_where_nobody_asked_meanwhile(Change change)
    {
        using var host = await TieredHost.SharedAsync();
        var factory = new Factory(isHeld: true);
        var before = host.Cache.AskAsync("key", factory, Tags);
        await factory.StartedAsync();
        await ApplyAsync(host.Cache, change);
        factory.Finish();
        await before;

        (await host.Cache.PeekAsync("key")).Should().BeNull();
        using var other = await host.BesideAsync();
        (await other.Cache.PeekAsync("key")).Should().BeNull();
    }

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(CacheCall.Remove, Change.Key)]
    [InlineData(CacheCall.InvalidateTag, Change.Tag)]
    [InlineData(CacheCall.Set, Change.Set)]
    public async Task A_run_that_begins_while_the_backend_is_being_changed_is_from_before_it(CacheCall call, Change change)
    {
        using var host = await TieredHost.SharedAsync();
        await host.Cache.AskAsync("key", new Factory(), Tags);

        // Not even the notice of its own change comes to the process's help.
        host.Faults.Feed.Hold();
        var gate = host.Faults.Hold(call);
        var changing = ApplyAsync(host.Cache, change).AsTask();
        await gate.Reached;

        // The backend still has the old value, which is right to serve now, and wrong as soon as the change is done.
        (await host.Cache.AskAsync("key", new Factory(), Tags)).Should().Be("1");
        gate.Open();
        await changing;

        (await host.Cache.PeekAsync("key")).Should().Be(change == Change.Set ? "set" : null);
    }

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(Change.Key)]
    [InlineData(Change.Set)]
    public async Task A_change_waits_for_the_value_that_is_just_being_written_to_the_backend(Change change)
    {
        using var host = await TieredHost.SharedAsync();
        var gate = host.Faults.Hold(CacheCall.Set);
        var filling = host.Cache.AskAsync("key", new Factory(), Tags);
        await gate.Reached;
        var changing = ApplyAsync(host.Cache, change).AsTask();
        gate.Open();
        await filling;
        await changing;

        using var other = await host.BesideAsync();
        (await other.Cache.PeekAsync("key")).Should().Be(change == Change.Set ? "set" : null);
        (await host.Cache.PeekAsync("key")).Should().Be(change == Change.Set ? "set" : null);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_value_that_was_read_from_the_backend_before_a_tag_of_its_own_was_invalidated_is_not_for_who_asked_after_that()
    {
        var clock = new ObservedClock();
        var store = new LateBackend(new InMemoryCacheBackend(timeProvider: clock));
        using var host = await TieredHost.OverAsync(store, clock);
        using var writer = await TieredHost.OverAsync(store, clock);
        await writer.Cache.SetAsync("key", "old", tags: ["hidden"]);

        // The flight does not know the entry's tag until the answer is there, so that nothing keeps the second caller from joining.
        store.HoldsReads = true;
        var factory = new Factory();
        var before = host.Cache.AskAsync("key", factory);
        await store.Reached;
        await host.Cache.RemoveByTagAsync("hidden");
        var after = host.Cache.AskAsync("key", factory);
        store.Release();

        (await after).Should().Be("1");
        await before;
        factory.Runs.Should().Be(1);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_value_that_was_made_while_a_removal_was_on_its_way_is_stored_nowhere()
    {
        var clock = new ObservedClock();
        var store = new LateBackend(new InMemoryCacheBackend(timeProvider: clock));
        using var host = await TieredHost.OverAsync(store, clock);
        using var other = await TieredHost.OverAsync(store, clock);
        store.HoldsRemovals = true;
        var removing = host.Cache.RemoveAsync("key").AsTask();
        await store.Reached;
        (await host.Cache.AskAsync("key", new Factory())).Should().Be("1");
        store.Release();
        await removing;

        (await host.Cache.PeekAsync("key")).Should().BeNull();
        (await other.Cache.PeekAsync("key")).Should().BeNull();
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Who_asks_after_a_removal_does_not_join_a_run_that_began_while_it_was_on_its_way()
    {
        using var host = await TieredHost.SharedAsync();
        var gate = host.Faults.Hold(CacheCall.Remove);
        var removing = host.Cache.RemoveAsync("key").AsTask();
        await gate.Reached;
        var factory = new Factory(isHeld: true);
        var before = host.Cache.AskAsync("key", factory);
        await factory.StartedAsync();
        gate.Open();
        await removing;

        var after = host.Cache.AskAsync("key", factory);
        await factory.StartedAsync(2);
        factory.Finish(1);
        factory.Finish(2);
        (await after).Should().Be("2");
        await before;
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Sets_of_one_key_take_turns_so_that_both_levels_end_with_the_same()
    {
        using var host = await TieredHost.SharedAsync();
        var gate = host.Faults.Hold(CacheCall.Set);
        var first = host.Cache.SetAsync("key", "first").AsTask();
        await gate.Reached;
        var second = host.Cache.SetAsync("key", "second").AsTask();
        gate.Open();
        await Task.WhenAll(first, second);

        using var other = await host.BesideAsync();
        (await host.Cache.PeekAsync("key")).Should().Be("second");
        (await other.Cache.PeekAsync("key")).Should().Be("second");
    }

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(CacheCall.Remove, Change.Key, null)]
    [InlineData(CacheCall.InvalidateTag, Change.Tag, null)]
    [InlineData(CacheCall.Set, Change.Set, "set")]
    public async Task A_change_that_the_backend_does_not_take_throws_after_this_process_has_done_its_part(
        CacheCall call, Change change, string? local)
    {
        using var host = await TieredHost.SharedAsync();
        var old = new Factory();
        await host.Cache.AskAsync("key", old, Tags);
        host.Faults.FailBefore(call);

        await host.Cache.Awaiting(cache => ApplyAsync(cache, change).AsTask()).Should().ThrowAsync<BackendUnavailableException>();

        // A copy from before would be served without asking the backend.
        host.Faults.FailBefore(CacheCall.Get);
        (await host.Cache.PeekAsync("key")).Should().Be(local);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_fill_from_outside_is_stored_unless_a_change_came_in_between()
    {
        using var host = await TieredHost.SharedAsync();
        var policy = TieredCache.PolicyOf(new CacheEntryPreset());
        foreach (var change in new Change?[] { null, Change.Tag, Change.All, Change.Key, Change.Set })
        {
            var key = $"key {change}";
            using var fill = await host.Cache.BeginFillAsync(key, Tags, CancellationToken.None);
            if (change is { } made)
            {
                await ApplyAsync(host.Cache, made, key);
            }

            await host.Cache.StoreAsync(fill, "streamed", policy, CancellationToken.None);

            (await host.Cache.PeekAsync(key)).Should().Be(change is null ? "streamed" : change == Change.Set ? "set" : null, "of {0}", change);
        }
    }

    private static ValueTask ApplyAsync(TieredCache cache, Change change, string key = "key") => change switch
    {
        Change.Tag => cache.RemoveByTagAsync("a"),
        Change.All => cache.RemoveByTagAsync("*"),
        Change.Key => cache.RemoveAsync(key),
        _ => cache.SetAsync(key, "set"),
    };
}
