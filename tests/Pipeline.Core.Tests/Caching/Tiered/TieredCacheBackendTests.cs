using System.Text;
using FluentAssertions;
using Pipeline.Conformance.Caching.FaultInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Caching;

/// <summary>A backend that fails, hangs, or has none of the abilities.</summary>
public sealed class TieredCacheBackendTests
{
    private static readonly CacheEntryPreset Plain = new() { UseFillLease = false };

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_read_that_fails_makes_the_value_and_says_so()
    {
        using var host = await TieredHost.SharedAsync();
        host.Faults.FailBefore(CacheCall.Get);
        var factory = new Factory();

        (await host.Cache.AskAsync("key", factory, Plain)).Should().Be(("1", CacheOutcome.Failed));
        (await host.Cache.AskAsync("key", factory, Plain)).Should().Be(("1", CacheOutcome.Hit));
        host.Metrics.Of("pipeline.cache.backend.failures").Should().ContainSingle();
        host.Metrics.Of("pipeline.cache.requests").Select(one => one.Tags).Should().Equal("pipeline.outcome=failed", "pipeline.outcome=hit");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Exceptions_of_any_kind_from_the_backend_are_no_failure_of_the_caller()
    {
        using var host = await TieredHost.SharedAsync();
        Exception[] all = [new InvalidOperationException(), new EncoderFallbackException("an ArgumentException"), new OperationCanceledException(), new TimeoutException()];
        foreach (var exception in all)
        {
            Array.ForEach(Enum.GetValues<CacheCall>(), call => host.Faults.FailBefore(call, exception: exception));
            (await host.Cache.AskAsync($"key {exception.GetType()}", new Factory())).Should().Be("1");
        }
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_value_whose_tags_have_no_generations_is_kept_in_the_process_alone()
    {
        using var host = await TieredHost.SharedAsync();
        host.Faults.FailBefore(CacheCall.ReadGenerations);
        var factory = new Factory();
        await host.Cache.AskAsync("key", factory, ["a"]);

        (await host.Cache.PeekAsync("key")).Should().Be("1");
        using var other = await host.BesideAsync();
        (await other.Cache.PeekAsync("key")).Should().BeNull("nothing could ever invalidate it there");
        await other.Cache.RemoveByTagAsync("a");
        await host.HeardAsync();
        (await host.Cache.PeekAsync("key")).Should().BeNull();
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_backend_that_hangs_costs_its_deadline()
    {
        using var host = await TieredHost.SharedAsync(options => options.BackendTimeout = TimeSpan.FromMilliseconds(300));
        var gate = host.Faults.Hold(CacheCall.Get);
        var asked = host.Cache.AskAsync("key", new Factory(), Plain);
        await gate.Reached;
        host.Clock.Advance(TimeSpan.FromMilliseconds(300));

        (await asked).Should().Be(("1", CacheOutcome.Failed));
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_backend_that_takes_no_notice_of_its_token_is_left_behind()
    {
        var store = new StubbornBackend();
        using var host = await TieredHost.OverAsync(store, new Pipeline.Steps.ObservedClock());
        var asked = host.Cache.AskAsync("key", new Factory(), Plain);
        await store.Reached;
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        (await asked).Should().Be(("1", CacheOutcome.Failed));
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_caller_who_cancels_says_nothing_of_the_backend()
    {
        using var host = await TieredHost.SharedAsync(options => options.BackendFailures = 1);
        var gate = host.Faults.Hold(CacheCall.Get);
        using var gone = new CancellationTokenSource();
        var asked = host.Cache.AskAsync("key", new Factory(), tags: null, gone.Token);
        await gate.Reached;
        await gone.CancelAsync();
        await asked.Awaiting(one => one).Should().ThrowAsync<OperationCanceledException>();
        gate.Open();

        (await host.Cache.AskAsync("key", new Factory(), Plain)).Should().Be(("1", CacheOutcome.Miss));
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_backend_that_fails_in_a_row_is_left_alone_then_tried_by_one_call_at_a_time()
    {
        using var host = await TieredHost.SharedAsync(options =>
        {
            options.BackendFailures = 3;
            options.BackendBreak = TimeSpan.FromSeconds(5);
        });
        host.Faults.FailBefore(CacheCall.Get, times: 2);
        host.Faults.FailBefore(CacheCall.ReadGenerations);
        for (var i = 0; i < 2; i++)
        {
            (await host.Cache.AskAsync($"failing {i}", new Factory(), Plain)).Outcome.Should().Be(CacheOutcome.Failed);
        }

        // The backend would answer again, and is not asked.
        (await host.Cache.AskAsync("left alone", new Factory(), Plain)).Outcome.Should().Be(CacheOutcome.Failed);
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 3001);

        host.Clock.Advance(TimeSpan.FromSeconds(5));
        var gate = host.Faults.Hold(CacheCall.Get);
        var probe = host.Cache.AskAsync("probe", new Factory(), Plain);
        await gate.Reached;
        (await host.Cache.AskAsync("beside", new Factory(), Plain)).Outcome.Should().Be(CacheOutcome.Failed);
        gate.Open();

        (await probe).Outcome.Should().Be(CacheOutcome.Miss);
        (await host.Cache.AskAsync("after", new Factory(), Plain)).Outcome.Should().Be(CacheOutcome.Miss);
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 3002);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task What_the_backend_holds_and_this_version_cannot_read_is_a_miss_and_is_replaced()
    {
        using var host = await TieredHost.SharedAsync();
        var options = new CacheEntryOptions { FreshFor = TimeSpan.FromHours(1) };
        byte[][] foreign =
        [
            [], [0x10, 0xFF], [0x11, 0x00], [0x20], [0x20, 0x41], [0x20, 0x08, 0, 0, 0, 0, 0], [0x21, 0, 0, 0, 0, 0, 0, 0x41], [0x30, 0x41],
            Encoding.UTF8.GetBytes("{}"),
        ];
        foreach (var bytes in foreign)
        {
            await host.Store.SetAsync("key", new(bytes), options);
            var factory = new Factory();

            (await host.Cache.AskAsync("key", factory)).Should().Be("1", "{0} is no value", Convert.ToHexString(bytes));
            using var other = await host.BesideAsync();
            (await other.Cache.PeekAsync("key")).Should().Be("1");
            await host.Cache.RemoveAsync("key");
        }

        host.Metrics.Of("pipeline.cache.unreadable").Should().HaveCount(foreign.Length);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Without_a_feed_copies_are_served_for_their_local_time()
    {
        var clock = new Pipeline.Steps.ObservedClock();
        var store = new BareBackend(new InMemoryCacheBackend(timeProvider: clock));
        using var one = await TieredHost.OverAsync(store, clock);
        using var two = await TieredHost.OverAsync(store, clock, options => options.Default.LocalFor = TimeSpan.FromSeconds(10));
        await one.Cache.SetAsync("key", "old");
        await two.Cache.PeekAsync("key");
        await one.Cache.SetAsync("key", "new");
        (await two.Cache.PeekAsync("key")).Should().Be("old");
        clock.Advance(TimeSpan.FromSeconds(10));

        (await two.Cache.PeekAsync("key")).Should().Be("new");
    }
}
