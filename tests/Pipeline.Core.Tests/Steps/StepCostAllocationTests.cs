using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Prices cost a call nothing that uses no tokens, and a hit no more than its key. Runs alone, as all that counts allocations.</summary>
[Collection(nameof(StepAllocationTests))]
public sealed class StepCostAllocationTests
{
    private const int Runs = 10_000;

    // The key: a string of 43 characters.
    private const long KeyBytes = 112;

    [Fact]
    public async Task A_call_that_reports_nothing_allocates_nothing()
    {
        await using var services = Suite.Build(suite => suite.ConfigurePrices(Prices.Set).AddStep<int, int>("step", static (input, _, _) => new(input)));

        Measure(services.GetRequiredService<IStepRunner<int, int>>(), 7).Should().Be(0);
    }

    [Fact]
    public async Task A_hit_that_knows_what_it_saves_allocates_its_key_and_nothing_else()
    {
        await using var services = Suite.Build(suite => suite.ConfigurePrices(Prices.Set).AddStep<int, string>(
            "step",
            static (_, context, _) =>
            {
                context.ReportUsage(new TokenUsage { Output = 5 }, "big");
                return new("because");
            },
            step => step.Cache(TimeSpan.FromHours(1))));
        var runner = services.GetRequiredService<IStepRunner<int, string>>();
        await runner.RunAsync(7);
        (await runner.RunAsync(7)).CostAvoided.Should().Be(0.00004m);

        Measure(runner, 7).Should().Be(Runs * KeyBytes);
    }

    private static long Measure<TOut>(IStepRunner<int, TOut> runner, int input)
    {
        Run(runner, input);
        return Allocations.LeastOf(() => Run(runner, input));
    }

    private static void Run<TOut>(IStepRunner<int, TOut> runner, int input)
    {
        for (var i = 0; i < Runs; i++)
        {
            var call = runner.RunAsync(input);
            if (!call.IsCompletedSuccessfully || call.Result.Duration < TimeSpan.Zero)
            {
                throw new InvalidOperationException("The step did not complete at once.");
            }
        }
    }
}
