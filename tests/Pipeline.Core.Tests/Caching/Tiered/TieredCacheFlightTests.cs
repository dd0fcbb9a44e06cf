using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Conformance.Caching.FaultInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Caching;

public sealed class TieredCacheFlightTests
{
    private const int Callers = 10_000;

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ten_thousand_callers_share_one_run(bool isLocal)
    {
        using var host = isLocal ? TieredHost.Local() : await TieredHost.SharedAsync();
        var factory = new Factory(isHeld: true);
        var asked = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => host.Cache.AskAsync("key", factory))).ToArray();
        await factory.StartedAsync();
        factory.Finish();

        (await Task.WhenAll(asked)).Should().AllBe("1");
        factory.Runs.Should().Be(1);
    }

    [Theory(Timeout = TieredHost.TimeLimit)]
    [InlineData(1)]
    [InlineData(5_000)]
    [InlineData(9_999)]
    public async Task Callers_who_cancel_leave_the_others_alone(int cancelled)
    {
        using var host = TieredHost.Local();
        using var gone = new CancellationTokenSource();
        using var staying = new CancellationTokenSource();
        var factory = new Factory(isHeld: true);

        // Those who cancel come first, so that the run was started by one of them.
        var asked = Enumerable.Range(0, Callers)
            .Select(i => host.Cache.AskAsync("key", factory, tags: null, i < cancelled ? gone.Token : staying.Token))
            .ToArray();
        await factory.StartedAsync();
        await gone.CancelAsync();
        await Task.WhenAll(asked.Take(cancelled).Select(one => one.ContinueWith(_ => { }, TaskScheduler.Default)));

        factory.TokenOf(1).IsCancellationRequested.Should().BeFalse();
        factory.Finish();
        (await Task.WhenAll(asked.Skip(cancelled))).Should().AllBe("1");
        asked.Take(cancelled).Should().OnlyContain(one => one.IsCanceled);
        factory.Runs.Should().Be(1);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task When_all_callers_have_gone_the_factory_is_told_to_stop_and_the_next_caller_has_a_run_of_its_own()
    {
        using var host = TieredHost.Local();
        using var gone = new CancellationTokenSource();
        var factory = new Factory(isHeld: true);
        var asked = Enumerable.Range(0, Callers).Select(_ => host.Cache.AskAsync("key", factory, tags: null, gone.Token)).ToArray();
        await factory.StartedAsync();
        await gone.CancelAsync();
        await Task.WhenAll(asked.Select(one => one.ContinueWith(_ => { }, TaskScheduler.Default)));
        var stopped = new TaskCompletionSource();
        await using var registration = factory.TokenOf(1).Register(stopped.SetResult);
        await stopped.Task;

        var next = host.Cache.AskAsync("key", factory);
        await factory.StartedAsync(2);
        factory.Finish(2);

        (await next).Should().Be("2");
        asked.Should().OnlyContain(one => one.IsCanceled);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_caller_who_joins_while_the_last_one_leaves_gets_a_value()
    {
        using var host = TieredHost.Local();
        for (var round = 0; round < 500; round++)
        {
            var key = $"key {round}";
            using var gone = new CancellationTokenSource();
            var first = host.Cache.GetOrCreateAsync(key, MakeAsync, cancellationToken: gone.Token).AsTask();
            var leaving = Task.Run(gone.Cancel);
            var joining = Task.Run(() => host.Cache.GetOrCreateAsync(key, MakeAsync).AsTask());

            await leaving;
            (await joining).Should().Be("made");
            await first.ContinueWith(_ => { }, TaskScheduler.Default);

            // Ends when the first caller leaves: with a value if another has joined, and else as it is told.
            async ValueTask<string> MakeAsync(CancellationToken token)
            {
                var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using (gone.Token.Register(left.SetResult))
                {
                    await left.Task;
                }

                token.ThrowIfCancellationRequested();
                return "made";
            }
        }
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task What_the_factory_throws_all_get_and_nothing_is_kept()
    {
        using var host = TieredHost.Local();
        var factory = new Factory(isHeld: true);
        var asked = Enumerable.Range(0, Callers).Select(_ => host.Cache.AskAsync("key", factory)).ToArray();
        await factory.StartedAsync();
        factory.Fail();

        foreach (var one in asked)
        {
            await one.Awaiting(task => task).Should().ThrowAsync<InvalidDataException>();
        }

        factory.Runs.Should().Be(1);
        var next = host.Cache.AskAsync("key", factory);
        await factory.StartedAsync(2);
        factory.Finish(2);
        (await next).Should().Be("2");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_factory_that_hangs_past_its_hard_time_out_fails_all_is_told_to_stop_and_may_still_bring_its_value()
    {
        using var host = TieredHost.Local(options => options.Default.HardTimeout = TimeSpan.FromSeconds(10));
        var factory = new Factory(isHeld: true);
        var asked = Enumerable.Range(0, Callers).Select(_ => host.Cache.AskAsync("key", factory)).ToArray();
        await factory.StartedAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(10));

        foreach (var one in asked)
        {
            (await one.Awaiting(task => task).Should().ThrowAsync<CacheFillTimeoutException>()).Which.Timeout.Should().Be(TimeSpan.FromSeconds(10));
        }

        var stopped = new TaskCompletionSource();
        await using var registration = factory.TokenOf(1).Register(stopped.SetResult);
        await stopped.Task;
        factory.Finish();
        await host.Metrics.CountReachedAsync("pipeline.cache.fill.duration", 1);
        (await host.Cache.PeekAsync("key")).Should().Be("1");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_late_value_does_not_take_the_place_of_a_later_one()
    {
        using var host = TieredHost.Local(options => options.Default.HardTimeout = TimeSpan.FromSeconds(10));
        var factory = new Factory(isHeld: true);
        var first = host.Cache.AskAsync("key", factory);
        await factory.StartedAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        await first.Awaiting(task => task).Should().ThrowAsync<CacheFillTimeoutException>();

        var second = host.Cache.AskAsync("key", factory);
        await factory.StartedAsync(2);
        factory.Finish(2);
        (await second).Should().Be("2");
        factory.Finish(1);
        await host.Metrics.CountReachedAsync("pipeline.cache.fill.duration", 2);

        (await host.Cache.PeekAsync("key")).Should().Be("2");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_backend_that_dies_in_the_middle_is_no_failure_of_the_callers()
    {
        using var host = await TieredHost.SharedAsync();
        var factory = new Factory(isHeld: true);
        var asked = Enumerable.Range(0, Callers).Select(_ => host.Cache.AskAsync("key", factory)).ToArray();
        await factory.StartedAsync();
        host.Faults.FailBefore(CacheCall.Set, times: 10);
        host.Faults.FailBefore(CacheCall.ReleaseLease, times: 10);
        factory.Finish();

        (await Task.WhenAll(asked)).Should().AllBe("1");
        (await host.Cache.AskAsync("key", factory)).Should().Be("1");
        factory.Runs.Should().Be(1);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Callers_with_other_flags_do_not_share_a_run()
    {
        using var host = TieredHost.Local();
        var factory = new Factory(isHeld: true);
        var usual = host.Cache.AskAsync("key", factory);
        var anew = host.Cache.GetOrCreateAsync(
            "key", factory.MakeAsync, new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCacheRead }).AsTask();
        await factory.StartedAsync(2);
        factory.Finish(1);
        factory.Finish(2);

        (await usual).Should().Be("1");
        (await anew).Should().Be("2");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Who_shares_a_run_is_told_so()
    {
        using var host = TieredHost.Local();
        var factory = new Factory(isHeld: true);
        var preset = new CacheEntryPreset();
        var first = host.Cache.AskAsync("key", factory, preset);
        var second = host.Cache.AskAsync("key", factory, preset);
        await factory.StartedAsync();
        factory.Finish();

        (await first).Should().Be(("1", CacheOutcome.Miss));
        (await second).Should().Be(("1", CacheOutcome.Shared));
        (await host.Cache.AskAsync("key", factory, preset)).Should().Be(("1", CacheOutcome.Hit));
    }
}
