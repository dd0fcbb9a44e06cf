using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_on_a_bad_key_is_refused()
    {
        if (await OpenLeasesTwiceAsync() is not var (leases, _))
        {
            return;
        }

        foreach (var key in BadNames.Append(null!))
        {
            await AssertRefusedAsync("key", () => leases.TryTakeAsync(key, LongLease).AsTask());
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_duration_out_of_range_is_refused()
    {
        if (await OpenLeasesTwiceAsync() is not var (leases, _))
        {
            return;
        }

        var held = await leases.TryTakeAsync(Name("held"), LongLease);
        var tick = TimeSpan.FromTicks(1);
        TimeSpan[] durations =
        [
            TimeSpan.Zero, -LongLease, TimeSpan.MinValue, TimeSpan.MaxValue, Timeout.InfiniteTimeSpan,
            CacheFillLease.MinDuration - tick, CacheFillLease.MaxDuration + tick,
        ];
        foreach (var duration in durations)
        {
            await AssertRefusedAsync("duration", () => leases.TryTakeAsync(Name("a"), duration).AsTask());
            await AssertRefusedAsync("duration", () => leases.RenewAsync(held, duration).AsTask());
        }

        Assert.True((await leases.TryTakeAsync(Name("a"), LongLease)).IsTaken);
        Assert.True(await leases.ReleaseAsync(held));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_shortest_and_the_longest_lease_are_taken()
    {
        if (await OpenLeasesTwiceAsync() is not var (leases, _))
        {
            return;
        }

        var longest = await leases.TryTakeAsync(Name("longest"), CacheFillLease.MaxDuration);
        var renewed = await leases.TryTakeAsync(Name("renewed"), CacheFillLease.MinDuration);
        var shortest = await leases.TryTakeAsync(Name("shortest"), CacheFillLease.MinDuration);
        if (IsExact)
        {
            Assert.True(await leases.RenewAsync(renewed, CacheFillLease.MaxDuration));
        }

        await AdvanceAsync(Tick);

        Assert.True(await leases.ReleaseAsync(longest));
        Assert.Equal(IsExact, await leases.ReleaseAsync(renewed));
        Assert.False(await leases.ReleaseAsync(shortest));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_that_was_not_taken_is_refused()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var held = await first.TryTakeAsync(Name("a"), LongLease);
        foreach (var lease in new[] { default, await second.TryTakeAsync(Name("a"), LongLease), CacheFillLease.HeldByAnother(Name("b"), LongLease) })
        {
            await AssertRefusedAsync("lease", () => second.RenewAsync(lease, LongLease).AsTask());
            await AssertRefusedAsync("lease", () => second.ReleaseAsync(lease).AsTask());
        }

        Assert.True(await first.ReleaseAsync(held));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_call_on_leases_that_is_cancelled_before_it_begins_does_nothing()
    {
        if (await OpenLeasesTwiceAsync() is not var (leases, _))
        {
            return;
        }

        var held = await leases.TryTakeAsync(Name("held"), Tick * 3);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await leases.TryTakeAsync(Name("a"), LongLease, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await leases.RenewAsync(held, LongLease, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await leases.ReleaseAsync(held, cancelled));

        Assert.True((await leases.TryTakeAsync(Name("a"), LongLease)).IsTaken);
        Assert.False((await leases.TryTakeAsync(Name("held"), LongLease)).IsTaken);
        await AdvanceAsync(Tick * 3);
        Assert.True((await leases.TryTakeAsync(Name("held"), LongLease)).IsTaken);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_take_that_is_cancelled_meanwhile_has_the_lease_or_lets_it_run_out()
    {
        if (await OpenLeasesTwiceAsync() is not var (first, second))
        {
            return;
        }

        var held = new CacheFillLease[Math.Min(_store.Repetitions, 50)];
        for (var i = 0; i < held.Length; i++)
        {
            var key = Name($"{i}");
            var taken = default(CacheFillLease);
            var isAnswered = await WhileCancellingAsync(async token => taken = await first.TryTakeAsync(key, Tick, token));
            Assert.Equal(isAnswered, taken.IsTaken);
            held[i] = taken;
        }

        await AdvanceAsync(Tick);
        for (var i = 0; i < held.Length; i++)
        {
            var isTaken = (await second.TryTakeAsync(Name($"{i}"), LongLease)).IsTaken;
            if (!isTaken && !held[i].IsTaken)
            {
                // What was cancelled may be done after a while.
                await AdvanceAsync(Tick);
                isTaken = (await second.TryTakeAsync(Name($"{i}"), LongLease)).IsTaken;
            }

            Assert.True(isTaken);
            Assert.False(held[i].IsTaken && await first.ReleaseAsync(held[i]));
        }
    }
}
