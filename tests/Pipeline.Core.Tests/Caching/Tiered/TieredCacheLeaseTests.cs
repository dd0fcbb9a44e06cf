using FluentAssertions;
using Pipeline.Conformance.Caching.FaultInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Caching;

/// <summary>One fill for a fleet.</summary>
public sealed class TieredCacheLeaseTests
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(25);

    private readonly CacheEntryPreset _preset = new();

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_process_waits_for_the_value_that_another_makes()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();
        var factory = new Factory(isHeld: true);
        var making = one.Cache.AskAsync("key", factory, _preset);
        await factory.StartedAsync();
        var unused = new Factory();
        var waiting = two.Cache.AskAsync("key", unused, _preset);
        await two.Clock.TimerSetAsync(FirstPoll);
        factory.Finish();
        (await making).Should().Be(("1", CacheOutcome.Miss));
        two.Clock.Advance(FirstPoll);

        (await waiting).Should().Be(("1", CacheOutcome.Hit));
        unused.Runs.Should().Be(0);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task The_holder_renews_while_it_works()
    {
        using var one = await TieredHost.SharedAsync(options => options.FillLease = TimeSpan.FromSeconds(3));
        var leases = one.Store.GetCapability<ICacheFillLeases>()!;
        var factory = new Factory(isHeld: true);
        var making = one.Cache.AskAsync("key", factory, _preset);
        await factory.StartedAsync();
        for (var i = 0; i < 10; i++)
        {
            one.Clock.Advance(TimeSpan.FromSeconds(1));
            (await leases.TryTakeAsync("key", TimeSpan.FromSeconds(1))).IsTaken.Should().BeFalse();
        }

        factory.Finish();
        await making;
        while (!(await leases.TryTakeAsync("key", TimeSpan.FromSeconds(1))).IsTaken)
        {
            // Given back after the callers have been answered.
            await Task.Yield();
        }
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_holder_that_is_lost_does_not_block_the_others()
    {
        using var host = await TieredHost.SharedAsync();
        await host.Store.GetCapability<ICacheFillLeases>()!.TryTakeAsync("key", TimeSpan.FromMilliseconds(100));
        var factory = new Factory();
        var asked = host.Cache.AskAsync("key", factory, _preset);
        foreach (var poll in new[] { (Due: 25, Count: 1), (Due: 50, Count: 1), (Due: 25, Count: 2) })
        {
            await host.Clock.TimerSetAsync(TimeSpan.FromMilliseconds(poll.Due), poll.Count);
            host.Clock.Advance(TimeSpan.FromMilliseconds(poll.Due));
        }

        (await asked).Should().Be(("1", CacheOutcome.Miss));
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_holder_that_never_ends_is_waited_for_no_longer_than_the_preset_says()
    {
        using var host = await TieredHost.SharedAsync();
        await host.Store.GetCapability<ICacheFillLeases>()!.TryTakeAsync("key", TimeSpan.FromHours(1));
        var factory = new Factory();
        var asked = host.Cache.AskAsync("key", factory, _preset with { FillWait = FirstPoll });
        await host.Clock.TimerSetAsync(FirstPoll);
        host.Clock.Advance(FirstPoll);

        (await asked).Should().Be(("1", CacheOutcome.Miss));
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Who_has_a_stale_value_takes_that_instead_of_waiting()
    {
        using var host = await TieredHost.SharedAsync();
        var preset = new CacheEntryPreset { FreshFor = TimeSpan.FromMinutes(1), StaleFor = TimeSpan.FromHours(1) };
        await host.Cache.AskAsync("key", new Factory(), preset);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.Store.GetCapability<ICacheFillLeases>()!.TryTakeAsync("key", TimeSpan.FromHours(1));
        var unused = new Factory();

        (await host.Cache.AskAsync("key", unused, preset)).Should().Be(("1", CacheOutcome.StaleHit));
        unused.Runs.Should().Be(0);
    }

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(CacheCall.TakeLease)]
    [InlineData(CacheCall.RenewLease)]
    [InlineData(CacheCall.ReleaseLease)]
    public async Task Leases_that_fail_do_no_harm(CacheCall call)
    {
        using var host = await TieredHost.SharedAsync(options => options.FillLease = TimeSpan.FromSeconds(3));
        host.Faults.FailBefore(call, times: 10);
        var factory = new Factory(isHeld: true);
        var asked = host.Cache.AskAsync("key", factory, _preset);
        await factory.StartedAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        factory.Finish();

        (await asked).Should().Be(("1", CacheOutcome.Miss));
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_holder_whose_value_has_been_invalidated_meanwhile_lets_the_others_go_on()
    {
        using var one = await TieredHost.SharedAsync(options => options.FillLease = TimeSpan.FromSeconds(3));
        var leases = one.Store.GetCapability<ICacheFillLeases>()!;
        var factory = new Factory(isHeld: true);
        var making = one.Cache.AskAsync("key", factory, _preset);
        await factory.StartedAsync();
        await one.Cache.RemoveByTagAsync("*");
        one.Clock.Advance(TimeSpan.FromSeconds(1));
        while (!(await leases.TryTakeAsync("key", TimeSpan.FromSeconds(1))).IsTaken)
        {
            await Task.Yield();
        }

        factory.Finish();
        await making;
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Nobody_waits_for_a_lease_that_this_process_has_not_given_back_yet()
    {
        using var host = await TieredHost.SharedAsync();
        var gate = host.Faults.Hold(CacheCall.ReleaseLease);
        (await host.Cache.AskAsync("key", new Factory(), _preset)).Outcome.Should().Be(CacheOutcome.Miss);
        await gate.Reached;
        await host.Cache.RemoveByTagAsync("*");

        // The clock stands still: whoever waits for the next poll never comes back.
        (await host.Cache.AskAsync("key", new Factory(), _preset)).Outcome.Should().Be(CacheOutcome.Miss);
        gate.Open();
        while (host.Cache.Core.Flights.Count > 0)
        {
            await Task.Yield();
        }
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Nobody_waits_for_a_lease_that_a_later_run_of_this_process_has()
    {
        using var host = await TieredHost.SharedAsync();
        var gate = host.Faults.Hold(CacheCall.TakeLease);
        var early = host.Cache.AskAsync("key", new Factory(), _preset);
        await gate.Reached;
        await host.Cache.RemoveByTagAsync("*");
        host.Faults.Hold(CacheCall.TakeLease).Open();
        var later = new Factory(isHeld: true);
        var lateAsked = host.Cache.AskAsync("key", later, _preset);
        await later.StartedAsync();
        gate.Open();

        (await early).Outcome.Should().Be(CacheOutcome.Miss);
        later.Finish();
        (await lateAsked).Outcome.Should().Be(CacheOutcome.Miss);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_caller_who_waits_for_another_process_can_give_up()
    {
        using var host = await TieredHost.SharedAsync();
        await host.Store.GetCapability<ICacheFillLeases>()!.TryTakeAsync("key", TimeSpan.FromHours(1));
        using var gone = new CancellationTokenSource();
        var factory = new Factory();
        var asked = host.Cache.AskAsync("key", factory, _preset, gone.Token);
        await host.Clock.TimerSetAsync(FirstPoll);
        await gone.CancelAsync();

        await asked.Awaiting(one => one).Should().ThrowAsync<OperationCanceledException>();
        factory.Runs.Should().Be(0);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Who_gets_the_lease_after_another_has_filled_runs_nothing()
    {
        using var one = await TieredHost.SharedAsync();
        using var two = await one.BesideAsync();

        // The second process has seen that there is nothing, and takes the lease only once the first has stored the value.
        var gate = two.Faults.Hold(CacheCall.TakeLease);
        var unused = new Factory();
        var waiting = two.Cache.AskAsync("key", unused, _preset);
        await gate.Reached;
        await one.Cache.AskAsync("key", new Factory(), _preset with { UseFillLease = false });
        gate.Open();

        (await waiting).Should().Be(("1", CacheOutcome.Hit));
        unused.Runs.Should().Be(0);
    }
}
