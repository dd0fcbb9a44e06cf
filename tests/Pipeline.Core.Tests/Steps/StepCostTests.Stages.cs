using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <content>What stages see of the cost, and what they spend and save themselves.</content>
public sealed partial class StepCostTests
{
    [Fact]
    public async Task What_a_stage_outside_of_the_settlement_uses_is_priced_as_well()
    {
        await using var host = Host(
            (context, _) => context.ReportUsage(Million, "big"),
            step => step.Stage(_ => new FuncStage<string, string>((StepStageOrder)150, async (input, context, next, token) =>
            {
                context.ReportUsage(Million, "embed");
                var value = await next(input, context, token);
                context.ReportUsage(Million, "embed");
                return value;
            })));

        (await host.Runner<string, string>().RunAsync("why?")).Cost.Should().Be(2.04m);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_stages_where_an_answer_is_kept_know_what_it_cost(bool yields)
    {
        List<ValueOrigin?> seen = [];
        await using var host = new StepCacheHost(suite => suite.ConfigurePrices(Prices.Set).AddStep<string, string>(
            "answer",
            async (question, context, _) =>
            {
                if (yields)
                {
                    await Task.Yield();
                }

                context.ReportUsage(Million, "big");
                return question;
            },
            step => step.Stage(_ => new FuncStage<string, string>(StepStageOrder.SemanticCache, async (input, context, next, token) =>
            {
                seen.Add(context.ToOrigin());
                var value = await next(input, context, token);
                seen.Add(context.ToOrigin());
                return value;
            }))));

        await host.Runner<string, string>().RunAsync("why?");

        seen.Should().Equal(null, new ValueOrigin { Usage = Million, Model = "big", Cost = 2, PriceTableVersion = "2030-01" });
    }

    [Fact]
    public async Task What_a_stage_answers_from_elsewhere_saves_what_that_cost_and_costs_what_the_stage_used()
    {
        var origin = new ValueOrigin { Usage = Million, Model = "big", Cost = 7, PriceTableVersion = "2029-12" };
        await using var host = Host(
            (_, _) => throw new InvalidOperationException("The step is not to run."),
            step => step
                .Cache(TimeSpan.FromHours(1))
                .Stage(_ => new FuncStage<string, string>(StepStageOrder.SemanticCache, (_, context, _, _) =>
                {
                    context.ReportUsage(Million, "embed");
                    context.CacheOutcome = CacheOutcome.SemanticHit;
                    context.Avoid(origin);
                    return ValueTask.FromResult("near");
                })));
        var runner = host.Runner<string, string>();

        var near = await runner.RunAsync("why?");
        var hit = await runner.RunAsync("why?");

        (near.CacheOutcome, near.Cost, near.CostAvoided).Should().Be((CacheOutcome.SemanticHit, 0.02m, 7m));
        (hit.CacheOutcome, hit.Cost, hit.CostAvoided, hit.Model).Should().Be((CacheOutcome.Hit, 0m, 7m, "big"), "the answer is still the same run's");
        host.Sink.Records.Select(r => r.PriceTableVersion).Should().Equal("2030-01", "2029-12");
    }

    [Fact]
    public async Task A_call_that_a_limit_refuses_costs_nothing_rather_than_something_unknown()
    {
        await using var host = Host(
            (context, _) => context.ReportUsage(Million, "small"),
            step => step.Limit(RateLimitRule.SlidingWindow(1, TimeSpan.FromMinutes(1)), Partition.Everyone));
        var runner = host.Runner<string, string>();
        await runner.RunAsync("why?");

        await runner.Awaiting(one => one.RunAsync("and why?").AsTask()).Should().ThrowAsync<RateLimitRejectedException>();

        host.Sink.Records.Select(record => record.Cost).Should().BeEquivalentTo([0.15m, 0m]);
    }
}
