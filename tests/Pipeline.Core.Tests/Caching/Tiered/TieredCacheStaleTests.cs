using FluentAssertions;
using Pipeline.Conformance.Caching.FaultInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Caching;

/// <summary>Fail-safe, soft and hard time-outs, early refresh and jitter.</summary>
public sealed class TieredCacheStaleTests
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly CacheEntryPreset _preset = new() { FreshFor = Fresh, StaleFor = TimeSpan.FromHours(1), RetryDelay = TimeSpan.FromSeconds(10) };

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stale_value_stands_in_for_a_factory_that_fails_and_the_next_attempt_waits(bool isLocal)
    {
        using var host = isLocal ? TieredHost.Local() : await TieredHost.SharedAsync();
        await host.Cache.AskAsync("key", new Factory(), _preset);
        host.Clock.Advance(Fresh);
        var factory = new Factory(isHeld: true);
        var asked = host.Cache.AskAsync("key", factory, _preset);
        await factory.StartedAsync();
        factory.Fail();

        (await asked).Should().Be(("1", CacheOutcome.StaleHit));
        host.Clock.Advance(TimeSpan.FromSeconds(9.9));
        (await host.Cache.AskAsync("key", factory, _preset)).Should().Be(("1", CacheOutcome.StaleHit));
        factory.Runs.Should().Be(1);
        host.Clock.Advance(TimeSpan.FromSeconds(0.1));
        var next = host.Cache.AskAsync("key", factory, _preset);
        await factory.StartedAsync(2);
        factory.Finish(2);
        (await next).Should().Be(("2", CacheOutcome.Miss));
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 3010);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_process_without_a_copy_finds_the_stale_value_in_the_backend()
    {
        using var one = await TieredHost.SharedAsync();
        await one.Cache.AskAsync("key", new Factory(), _preset);
        one.Clock.Advance(Fresh);
        using var two = await one.BesideAsync();
        var factory = new Factory(isHeld: true);
        var asked = two.Cache.AskAsync("key", factory, _preset);
        await factory.StartedAsync();
        factory.Fail();

        (await asked).Should().Be(("1", CacheOutcome.StaleHit));
        (await two.Cache.AskAsync("key", factory, _preset)).Should().Be(("1", CacheOutcome.StaleHit));
        factory.Runs.Should().Be(1);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_stale_value_is_gone_after_its_time_and_is_nothing_to_who_does_not_allow_it()
    {
        using var host = TieredHost.Local();
        await host.Cache.AskAsync("key", new Factory(), _preset);
        host.Clock.Advance(Fresh);
        var strict = new Factory(isHeld: true);
        var asked = host.Cache.AskAsync("key", strict, new CacheEntryPreset());
        await strict.StartedAsync();
        strict.Fail();
        await asked.Awaiting(one => one).Should().ThrowAsync<InvalidDataException>();

        host.Clock.Advance(TimeSpan.FromHours(1));
        var late = new Factory(isHeld: true);
        var askedLate = host.Cache.AskAsync("key", late, _preset);
        await late.StartedAsync();
        late.Fail();
        await askedLate.Awaiting(one => one).Should().ThrowAsync<InvalidDataException>();
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task An_invalidated_value_stands_in_for_nothing()
    {
        using var host = TieredHost.Local();
        await host.Cache.AskAsync("key", new Factory(), _preset);
        host.Clock.Advance(Fresh);
        var factory = new Factory(isHeld: true);
        var before = host.Cache.AskAsync("key", factory, _preset);
        await factory.StartedAsync();
        await host.Cache.RemoveByTagAsync("*");
        factory.Fail();

        await before.Awaiting(one => one).Should().ThrowAsync<InvalidDataException>();
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task After_the_soft_time_out_callers_get_the_stale_value_and_the_factory_goes_on()
    {
        using var host = TieredHost.Local();
        var preset = _preset with { SoftTimeout = TimeSpan.FromMilliseconds(100) };
        await host.Cache.AskAsync("key", new Factory(), preset);
        host.Clock.Advance(Fresh);
        var factory = new Factory(isHeld: true);
        using var gone = new CancellationTokenSource();
        var asked = host.Cache.AskAsync("key", factory, preset, gone.Token);
        await factory.StartedAsync();
        host.Clock.Advance(TimeSpan.FromMilliseconds(100));

        (await asked).Should().Be(("1", CacheOutcome.StaleHit));
        await gone.CancelAsync();
        (await host.Cache.AskAsync("key", factory, preset)).Should().Be(("1", CacheOutcome.StaleHit));
        factory.Runs.Should().Be(1);
        factory.TokenOf(1).IsCancellationRequested.Should().BeFalse();
        var remade = host.Metrics.Of("pipeline.cache.fill.duration").Count() + 1;
        factory.Finish();
        await host.Metrics.CountReachedAsync("pipeline.cache.fill.duration", remade);

        (await host.Cache.AskAsync("key", factory, preset)).Should().Be(("1", CacheOutcome.Hit));
        factory.Runs.Should().Be(1);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Who_asks_after_an_invalidation_is_not_given_the_stale_value_that_others_got_before_it()
    {
        using var host = TieredHost.Local();
        var preset = _preset with { SoftTimeout = TimeSpan.FromMilliseconds(100) };
        var policy = TieredCache.PolicyOf(preset);
        await host.Cache.SetAsync("key", "old", tags: ["hidden"]);
        using var seeded = await host.Cache.BeginFillAsync("key", ["hidden"], CancellationToken.None);
        await host.Cache.StoreAsync(seeded, "old", policy, CancellationToken.None);
        host.Clock.Advance(Fresh);
        var factory = new Factory(isHeld: true);
        var before = host.Cache.AskAsync("key", factory, preset);
        await factory.StartedAsync();
        host.Clock.Advance(TimeSpan.FromMilliseconds(100));
        (await before).Should().Be(("old", CacheOutcome.StaleHit));
        await host.Cache.RemoveByTagAsync("hidden");

        var after = host.Cache.AskAsync("key", factory, preset);
        await factory.StartedAsync(2);
        factory.Finish(2);

        (await after).Should().Be(("2", CacheOutcome.Miss));
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_background_run_that_fails_is_logged_and_nobody_hears_of_it()
    {
        using var host = TieredHost.Local();
        var preset = _preset with { SoftTimeout = TimeSpan.Zero };
        await host.Cache.AskAsync("key", new Factory(), preset);
        host.Clock.Advance(Fresh);
        var factory = new Factory(isHeld: true);
        var asked = host.Cache.AskAsync("key", factory, preset);
        await factory.StartedAsync();
        (await asked).Should().Be(("1", CacheOutcome.StaleHit));
        var failed = host.Metrics.Of("pipeline.cache.fill.duration").Count() + 1;
        factory.Fail();
        await host.Metrics.CountReachedAsync("pipeline.cache.fill.duration", failed);

        (await host.Cache.AskAsync("key", factory, preset)).Should().Be(("1", CacheOutcome.StaleHit));
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task After_the_hard_time_out_a_stale_value_stands_in_and_the_factory_is_told_to_stop()
    {
        using var host = TieredHost.Local();
        var preset = _preset with { HardTimeout = TimeSpan.FromSeconds(3) };
        await host.Cache.AskAsync("key", new Factory(), preset);
        host.Clock.Advance(Fresh);
        var factory = new Factory(isHeld: true);
        var asked = host.Cache.AskAsync("key", factory, preset);
        await factory.StartedAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(3));

        (await asked).Should().Be(("1", CacheOutcome.StaleHit));
        (await host.Cache.AskAsync("key", factory, preset)).Should().Be(("1", CacheOutcome.StaleHit));
        factory.Runs.Should().Be(1);
        var stopped = new TaskCompletionSource();
        await using var registration = factory.TokenOf(1).Register(stopped.SetResult);
        await stopped.Task;
    }

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_early_refresh_is_one_background_run_while_all_are_served_the_fresh_value(bool isLocal)
    {
        using var host = isLocal ? TieredHost.Local() : await TieredHost.SharedAsync();
        var preset = new CacheEntryPreset { FreshFor = Fresh, EarlyRefresh = 0.5 };
        await host.Cache.AskAsync("key", new Factory(), preset);
        var factory = new Factory(isHeld: true);
        host.Clock.Advance(Fresh * 0.49);
        (await host.Cache.AskAsync("key", factory, preset)).Should().Be(("1", CacheOutcome.Hit));
        factory.Runs.Should().Be(0);
        host.Clock.Advance(Fresh * 0.01);
        for (var i = 0; i < 100; i++)
        {
            (await host.Cache.AskAsync("key", factory, preset)).Should().Be(("1", CacheOutcome.Hit));
        }

        await factory.StartedAsync();
        factory.Runs.Should().Be(1);
        var made = host.Metrics.Of("pipeline.cache.fill.duration").Count() + 1;
        factory.Finish();
        await host.Metrics.CountReachedAsync("pipeline.cache.fill.duration", made);
        host.Clock.Advance(Fresh * 0.5);
        (await host.Cache.AskAsync("key", factory, preset with { EarlyRefresh = null })).Should().Be(("1", CacheOutcome.Hit), "it was made anew");
        factory.Runs.Should().Be(1);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task An_early_refresh_takes_what_another_process_has_refreshed()
    {
        using var one = await TieredHost.SharedAsync();
        var preset = new CacheEntryPreset { FreshFor = Fresh, EarlyRefresh = 0.5 };
        using var two = await one.BesideAsync();
        await one.Cache.AskAsync("key", new Factory(), preset);
        await two.Cache.AskAsync("key", new Factory(), preset);
        one.Clock.Advance(Fresh * 0.5);
        var refreshing = new Factory();
        await one.Cache.AskAsync("key", refreshing, preset);
        await refreshing.StartedAsync();
        await one.Metrics.CountReachedAsync("pipeline.cache.fill.duration", 2);

        var unused = new Factory();
        two.Cache.Core.Local.TryGet("key", out var before);
        await two.Cache.AskAsync("key", unused, preset);
        while (two.Cache.Core.Local.TryGet("key", out var after) && ReferenceEquals(before, after))
        {
            await Task.Yield();
        }

        one.Clock.Advance(Fresh * 0.5);
        (await two.Cache.AskAsync("key", unused, preset with { EarlyRefresh = null })).Outcome.Should().Be(CacheOutcome.Hit);
        unused.Runs.Should().Be(0);
    }

    [Fact]
    public void Jitter_only_shortens_and_by_no_more_than_its_part()
    {
        var policy = TieredCache.PolicyOf(new CacheEntryPreset { FreshFor = Fresh, Jitter = 0.2 });

        var drawn = Enumerable.Range(0, 1_000).Select(_ => policy.DrawFreshFor()).ToArray();

        drawn.Should().OnlyContain(time => time <= Fresh && time >= Fresh * 0.8);
        drawn.Distinct().Count().Should().BeGreaterThan(100);
        TieredCache.PolicyOf(new CacheEntryPreset { FreshFor = Fresh }).DrawFreshFor().Should().Be(Fresh);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_copy_that_a_gap_has_left_unconfirmed_still_stands_in_where_stale_values_may()
    {
        using var host = await TieredHost.SharedAsync();
        await host.Cache.AskAsync("key", new Factory(), _preset);
        await host.Faults.Feed.LoseHeldAsync();
        host.Faults.FailBefore(CacheCall.Get);
        var factory = new Factory(isHeld: true);
        var asked = host.Cache.AskAsync("key", factory, _preset);
        await factory.StartedAsync();
        factory.Fail();

        (await asked).Should().Be(("1", CacheOutcome.StaleHit));
    }
}
