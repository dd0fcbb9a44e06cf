using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Runs alone: what listens to activities in another test would be listening here, too.</summary>
[Collection(nameof(StepAllocationTests))]
public sealed class StepAllocationTests
{
    private const int Runs = 10_000;

    [Fact]
    public void A_runner_around_a_step_that_asks_for_nothing_allocates_nothing()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var environment = new RunEnvironment(
            TimeProvider.System,
            new PipelineDiagnostics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
            NullLoggerFactory.Instance,
            []);
        var runner = new StepBuilder<int, int>("empty").Build(new EmptyStep(), new StepOptions(), new SuiteServices(services, new PipelineRegistry("")), environment);
        var call = new CallContext { Tenant = "acme" };
        using var scope = CallContext.Use(call);
        Run(runner, call);

        var allocated = Allocations.LeastOf(() => Run(runner, call));

        allocated.Should().Be(0);
    }

    private static void Run(IStepRunner<int, int> runner, CallContext call)
    {
        for (var i = 0; i < Runs; i++)
        {
            var ambient = runner.RunAsync(i);
            var named = runner.RunAsync(i, call);
            if (!ambient.IsCompletedSuccessfully || !named.IsCompletedSuccessfully || ambient.Result.Value != i || named.Result.Attempts != 1)
            {
                throw new InvalidOperationException("The step did not complete at once.");
            }
        }
    }

    private sealed class EmptyStep : IStep<int, int>
    {
        public ValueTask<int> ExecuteAsync(int input, StepContext context, CancellationToken cancellationToken) => new(input);
    }
}
