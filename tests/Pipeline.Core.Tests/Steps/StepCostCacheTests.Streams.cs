using FluentAssertions;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <content>Streams that are replayed.</content>
public sealed partial class StepCostCacheTests
{
    [Fact]
    public async Task A_stream_that_is_replayed_saves_what_the_run_cost()
    {
        await using var host = Stream(step => step.Cache(Hour));

        await DrainAsync(host, int.MaxValue);
        await DrainAsync(host, int.MaxValue);

        host.Sink.Records.Select(r => (r.Cache, r.Cost, r.CostAvoided, r.Model)).Should().Equal(
            (CacheOutcome.Miss, 3m, 0m, "big"), (CacheOutcome.Hit, 0m, 3m, "big"));
    }

    [Fact]
    public async Task A_stale_stream_saves_what_the_run_cost_and_the_failed_attempt_costs_what_it_used()
    {
        await using var host = Stream(step => step.Cache(entry =>
        {
            entry.FreshFor = TimeSpan.FromMinutes(1);
            entry.StaleFor = Hour;
        }));
        await DrainAsync(host, int.MaxValue);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        _failure = new FormatException();

        await DrainAsync(host, int.MaxValue);

        var stale = host.Sink.Records.Last();
        (stale.Cache, stale.Cost, stale.CostAvoided).Should().Be((CacheOutcome.StaleHit, 1m, 3m));
    }

    [Fact]
    public async Task A_stream_that_is_left_early_costs_what_it_used_until_then_and_saves_nobody_anything()
    {
        await using var host = Stream(step => step.Cache(Hour));

        await DrainAsync(host, 1);
        await DrainAsync(host, int.MaxValue);

        host.Sink.Records.Select(r => (r.Outcome, r.Cache, r.Cost)).Should().Equal(
            (CallOutcome.Succeeded, CacheOutcome.Miss, 1m), (CallOutcome.Succeeded, CacheOutcome.Miss, 3m));
    }
}
