using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    private static readonly TimeSpan LongLease = TimeSpan.FromMinutes(30);

    [Fact(Timeout = TimeLimit)]
    public async Task One_takes_the_lease_and_the_others_hear_how_long_it_lasts()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var held = await first.TryTakeAsync(Name("a"), Tick * 8);
        await AdvanceAsync(Tick * 2);
        var refused = await second.TryTakeAsync(Name("a"), LongLease);

        Assert.True(held.IsTaken);
        Assert.NotEqual(Guid.Empty, held.Token);
        Assert.Equal((Name("a"), Tick * 8), (held.Key, held.Remaining));
        Assert.False(refused.IsTaken);
        Assert.Equal((Name("a"), Guid.Empty), (refused.Key, refused.Token));
        AssertDuration(Tick * 6, refused.Remaining);
        Assert.False((await first.TryTakeAsync(Name("a"), LongLease)).IsTaken);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_holds_until_it_runs_out()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var held = await first.TryTakeAsync(Name("a"), Tick * 3);
        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.False((await second.TryTakeAsync(Name("a"), Tick * 3)).IsTaken);
        await AdvanceToEndAsync();
        var next = await second.TryTakeAsync(Name("a"), Tick * 3);

        Assert.True(next.IsTaken);
        Assert.NotEqual(held.Token, next.Token);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_that_is_renewed_lasts_from_then_on()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var held = await first.TryTakeAsync(Name("a"), Tick * 3);
        for (var i = 0; i < 4; i++)
        {
            await AdvanceAsync(Tick * 2);
            Assert.True(await first.RenewAsync(held, Tick * 3));
        }

        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.False((await second.TryTakeAsync(Name("a"), Tick)).IsTaken);
        await AdvanceToEndAsync();
        Assert.True((await second.TryTakeAsync(Name("a"), Tick)).IsTaken);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_renewal_can_shorten_a_lease()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var held = await first.TryTakeAsync(Name("a"), LongLease);
        Assert.True(await first.RenewAsync(held, Tick));
        await AdvanceAsync(Tick);

        Assert.False(await first.RenewAsync(held, Tick));
        Assert.True((await second.TryTakeAsync(Name("a"), Tick)).IsTaken);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_that_ran_out_is_not_renewed_even_if_nobody_took_it_since()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var held = await first.TryTakeAsync(Name("a"), Tick * 2);
        await AdvanceAsync(Tick * 2);

        Assert.False(await first.RenewAsync(held, LongLease));
        Assert.False(await first.ReleaseAsync(held));
        Assert.True((await second.TryTakeAsync(Name("a"), Tick)).IsTaken);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lost_lease_does_nothing_to_anothers()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var lost = await first.TryTakeAsync(Name("a"), Tick * 2);
        await AdvanceAsync(Tick * 2);
        var held = await second.TryTakeAsync(Name("a"), Tick * 4);

        Assert.False(await first.RenewAsync(lost, LongLease));
        Assert.False(await first.ReleaseAsync(lost));
        Assert.False((await first.TryTakeAsync(Name("a"), Tick)).IsTaken);
        await AdvanceAsync(Tick);
        Assert.True(await second.RenewAsync(held, Tick * 2));
        Assert.False(await first.RenewAsync(lost, LongLease));
        await AdvanceAsync(Tick * 2);

        Assert.False(await second.ReleaseAsync(held));
        Assert.True((await first.TryTakeAsync(Name("a"), Tick)).IsTaken);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Only_the_token_makes_a_holder()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var held = await first.TryTakeAsync(Name("a"), LongLease);
        var other = await first.TryTakeAsync(Name("b"), LongLease);
        foreach (var forged in new[] { Guid.NewGuid(), other.Token })
        {
            var lease = CacheFillLease.Taken(Name("a"), forged, LongLease);
            Assert.False(await second.RenewAsync(lease, Tick));
            Assert.False(await second.ReleaseAsync(lease));
        }

        Assert.False((await second.TryTakeAsync(Name("a"), Tick)).IsTaken);
        Assert.True(await second.RenewAsync(held, LongLease));
        Assert.True(await second.ReleaseAsync(held));
        Assert.True(await first.ReleaseAsync(other));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_that_was_given_back_is_free_and_given_back_once()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        for (var i = 0; i < 5; i++)
        {
            var held = await first.TryTakeAsync(Name("a"), LongLease);
            Assert.True(held.IsTaken);
            Assert.True(await first.RenewAsync(held, LongLease));

            Assert.True(await first.ReleaseAsync(held));
            Assert.False(await first.ReleaseAsync(held));
            Assert.False(await first.RenewAsync(held, LongLease));
            var next = await second.TryTakeAsync(Name("a"), LongLease);
            Assert.True(next.IsTaken);
            Assert.False(await first.ReleaseAsync(held));
            Assert.True(await second.ReleaseAsync(next));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_on_a_key_and_an_entry_under_it_are_independent()
    {
        var cache = await OpenAsync();
        if (cache.GetCapability<ICacheFillLeases>() is not { } leases)
        {
            return;
        }

        await SetTaggedAsync(cache, Name("a"), "value", Name("a"));
        var held = await leases.TryTakeAsync(Name("a"), LongLease);
        Assert.True(held.IsTaken);
        Assert.Equal("value", await ReadAsync(cache, Name("a")));
        await cache.InvalidateTagAsync(Name("a"));
        await cache.RemoveAsync(Name("a"));
        Assert.False((await leases.TryTakeAsync(Name("a"), LongLease)).IsTaken);
        Assert.Null(await ReadStaleAsync(cache, Name("a")));
        await SetAsync(cache, Name("a"), "new");

        Assert.True(await leases.ReleaseAsync(held));
        Assert.Equal("new", await ReadAsync(cache, Name("a")));
        Assert.True(await cache.RemoveAsync(Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Leases_on_different_keys_are_independent()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var leases = new List<CacheFillLease>();
        foreach (var key in Neighbours)
        {
            leases.Add(await first.TryTakeAsync(Name(key), LongLease));
        }

        Assert.All(leases, lease => Assert.True(lease.IsTaken));
        Assert.Equal(leases.Count, leases.Select(lease => lease.Token).Distinct().Count());
        Assert.True(await first.ReleaseAsync(leases[0]));
        Assert.True((await second.TryTakeAsync(Name(Neighbours[0]), LongLease)).IsTaken);
        Assert.False((await second.TryTakeAsync(Name(Neighbours[1]), LongLease)).IsTaken);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_two_who_want_a_lease_at_the_same_moment_one_gets_it()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var leases = await RaceAsync(RaceKeys(), async (number, key) => await (number == 0 ? first : second).TryTakeAsync(key, LongLease));

        Assert.All(leases[0].Zip(leases[1]), pair => Assert.True(pair.First.IsTaken != pair.Second.IsTaken));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_two_who_want_a_lease_that_just_ran_out_one_gets_it()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var keys = RaceKeys();
        foreach (var key in keys)
        {
            Assert.True((await first.TryTakeAsync(key, CacheFillLease.MinDuration)).IsTaken);
        }

        await AdvanceAsync(Tick);
        var leases = await RaceAsync(keys, async (number, key) => await (number == 0 ? first : second).TryTakeAsync(key, LongLease));

        Assert.All(leases[0].Zip(leases[1]), pair => Assert.True(pair.First.IsTaken != pair.Second.IsTaken));
    }

    private async Task<(ICacheFillLeases First, ICacheFillLeases Second)?> OpenLeasesTwiceAsync()
    {
        var (first, second) = await OpenTwiceAsync();
        return (first.GetCapability<ICacheFillLeases>(), second.GetCapability<ICacheFillLeases>()) is ({ } one, { } two) ? (one, two) : null;
    }
}
