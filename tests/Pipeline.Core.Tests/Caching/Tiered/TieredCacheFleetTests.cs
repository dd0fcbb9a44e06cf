using FluentAssertions;
using Pipeline.Conformance.Caching.FaultInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Caching;

/// <summary>Two processes over one backend, with a feed that delays, reorders, repeats and loses.</summary>
public sealed class TieredCacheFleetTests
{
    private static readonly string[] Tags = ["a"];

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_value_that_one_process_made_serves_the_other()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        var factory = new Factory();
        await one.Cache.AskAsync("key", factory);

        (await two.Cache.AskAsync("key", factory)).Should().Be("1");
        factory.Runs.Should().Be(1);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task What_one_process_removes_sets_or_invalidates_the_other_hears_of()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        foreach (var key in new[] { "removed", "set", "tagged" })
        {
            await one.Cache.SetAsync(key, "old", tags: Tags);
            await two.HeardAsync();
            (await two.Cache.PeekAsync(key)).Should().Be("old");
        }

        await one.Cache.RemoveAsync("removed");
        await one.Cache.SetAsync("set", "new", tags: ["b"]);
        await one.Cache.RemoveByTagAsync("a");
        await two.HeardAsync();

        (await two.Cache.PeekAsync("removed")).Should().BeNull();
        (await two.Cache.PeekAsync("set")).Should().Be("new");
        (await two.Cache.PeekAsync("tagged")).Should().BeNull();
    }

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData("tag")]
    [InlineData("key")]
    public async Task A_notice_from_elsewhere_makes_a_running_flight_unjoinable_and_its_value_unstorable(string change)
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        var factory = new Factory(isHeld: true);
        var before = two.Cache.AskAsync("key", factory, Tags);
        await factory.StartedAsync();
        await (change == "tag" ? one.Cache.RemoveByTagAsync("a") : one.Cache.RemoveAsync("key"));
        await two.HeardAsync();

        var after = two.Cache.AskAsync("key", factory, Tags);
        await factory.StartedAsync(2);
        factory.Finish(1);
        await before;
        (await one.Cache.PeekAsync("key")).Should().BeNull();
        factory.Finish(2);

        (await after).Should().Be("2");
        (await one.Cache.PeekAsync("key")).Should().Be("2");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_value_from_before_an_invalidation_that_is_not_heard_of_yet_is_stored_in_vain()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        var factory = new Factory(isHeld: true);
        var before = two.Cache.AskAsync("key", factory, Tags);
        await factory.StartedAsync();
        two.Faults.Feed.Hold();
        await one.Cache.RemoveByTagAsync("a");
        await two.Faults.Feed.WaitForHeldAsync(1);

        // The other process stores a value whose generations are from before.
        factory.Finish(1);
        await before;
        (await one.Cache.PeekAsync("key")).Should().BeNull();
        await two.Faults.Feed.ReleaseAsync();

        (await two.Cache.PeekAsync("key")).Should().BeNull();
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_notice_that_comes_late_does_not_harm_what_was_made_after_the_invalidation()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        two.Faults.Feed.Hold();
        await one.Cache.RemoveByTagAsync("a");
        await two.Faults.Feed.WaitForHeldAsync(1);
        var factory = new Factory();
        await two.Cache.AskAsync("key", factory, Tags);
        await two.Faults.Feed.ReleaseAsync();

        (await two.Cache.AskAsync("key", factory, Tags)).Should().Be("1");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Notices_in_the_wrong_order_or_twice_leave_the_greatest_generation()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        two.Faults.Feed.IsDuplicating = true;
        await one.Cache.SetAsync("key", "old", tags: Tags);
        await two.HeardAsync();
        (await two.Cache.PeekAsync("key")).Should().Be("old");
        two.Faults.Feed.Hold();
        await one.Cache.RemoveByTagAsync("a");
        await one.Cache.SetAsync("between", "between", tags: Tags);
        (await two.Cache.PeekAsync("between")).Should().Be("between");
        await one.Cache.RemoveByTagAsync("a");
        await two.Faults.Feed.WaitForHeldAsync(6);
        await two.Faults.Feed.ReleaseAsync(isReversed: true);

        (await two.Cache.PeekAsync("key")).Should().BeNull();
        (await two.Cache.PeekAsync("between")).Should().BeNull();
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task After_a_gap_copies_are_confirmed_by_the_backend_before_they_are_served()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        await one.Cache.SetAsync("changed", "old", tags: Tags);
        await one.Cache.SetAsync("kept", "kept");
        await two.HeardAsync();
        await two.Cache.PeekAsync("changed");
        await two.Cache.PeekAsync("kept");
        two.Faults.Feed.Hold();
        await one.Cache.RemoveByTagAsync("a");
        await two.Faults.Feed.WaitForHeldAsync(1);
        (await two.Cache.PeekAsync("changed")).Should().Be("old", "nobody has told the process yet");
        await two.Faults.Feed.LoseHeldAsync();

        (await two.Cache.PeekAsync("changed")).Should().BeNull();
        (await two.Cache.AskAsync("kept", new Factory())).Should().Be("kept");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Who_asks_after_a_gap_does_not_join_a_run_from_before_it()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        var factory = new Factory(isHeld: true);
        var before = two.Cache.AskAsync("key", factory, Tags);
        await factory.StartedAsync();
        two.Faults.Feed.Hold();
        await one.Cache.RemoveByTagAsync("a");
        await two.Faults.Feed.WaitForHeldAsync(1);
        await two.Faults.Feed.LoseHeldAsync();

        var after = two.Cache.AskAsync("key", factory, Tags);
        await factory.StartedAsync(2);
        factory.Finish(2);
        (await after).Should().Be("2");
        factory.Finish(1);
        await before;

        (await two.Cache.PeekAsync("key")).Should().Be("2");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task While_the_feed_is_interrupted_copies_are_served_for_a_bounded_time()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync(options => options.UnconfirmedFor = TimeSpan.FromSeconds(20));
        await one.Cache.SetAsync("key", "old", tags: Tags);
        await two.HeardAsync();
        await two.Cache.PeekAsync("key");
        await two.Faults.Feed.InterruptAsync();
        await one.Cache.RemoveByTagAsync("a");
        (await two.Cache.PeekAsync("key")).Should().Be("old");
        two.Clock.Advance(TimeSpan.FromSeconds(19.9));
        (await two.Cache.PeekAsync("key")).Should().Be("old");
        two.Clock.Advance(TimeSpan.FromSeconds(0.1));

        (await two.Cache.PeekAsync("key")).Should().BeNull();
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task An_outage_of_the_backend_does_not_empty_the_process()
    {
        using var host = await TieredHost.SharedAsync();
        var factory = new Factory();
        await host.Cache.AskAsync("key", factory);
        await host.Faults.Feed.InterruptAsync();
        Array.ForEach(Enum.GetValues<CacheCall>(), call => host.Faults.FailBefore(call, times: 100));

        (await host.Cache.AskAsync("key", factory)).Should().Be("1");
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        (await host.Cache.AskAsync("key", factory)).Should().Be("2", "a copy is not served for ever without being confirmed");
        host.Clock.Advance(TimeSpan.FromSeconds(29));
        (await host.Cache.AskAsync("key", factory)).Should().Be("2", "what is made in an outage is kept in the process");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_process_keeps_its_own_copy_of_what_it_sets()
    {
        using var host = await TieredHost.SharedAsync();
        await host.Cache.SetAsync("key", "set");
        await host.HeardAsync();
        host.Faults.FailBefore(CacheCall.Get, times: 100);

        (await host.Cache.PeekAsync("key")).Should().Be("set");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Two_caches_in_one_process_over_one_backend_hear_of_each_other()
    {
        var clock = new ObservedClock();
        var store = new InMemoryCacheBackend(timeProvider: clock);
        using var one = await TieredHost.OverAsync(store, clock, isAlone: false);
        using var two = await TieredHost.OverAsync(store, clock, isAlone: false);
        for (var i = 0; i < 10; i++)
        {
            await one.Cache.SetAsync("key", $"one {i}");
            await one.HeardAsync();
            await two.HeardAsync();
            (await two.Cache.PeekAsync("key")).Should().Be($"one {i}");
            await two.Cache.SetAsync("key", $"two {i}");
            await one.HeardAsync();
            await two.HeardAsync();
            (await one.Cache.PeekAsync("key")).Should().Be($"two {i}");
        }
    }
}
