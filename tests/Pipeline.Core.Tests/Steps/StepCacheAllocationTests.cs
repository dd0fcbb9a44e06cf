using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Runs alone: what listens to activities or metrics in another test would be listening here, too.</summary>
[Collection(nameof(StepAllocationTests))]
public sealed class StepCacheAllocationTests
{
    private const int Runs = 10_000;

    // The key: a string of 43 characters.
    private const long KeyBytes = 112;

    [Fact]
    public async Task A_hit_allocates_its_key_and_nothing_else()
    {
        await using var services = Suite.Build(suite => suite.AddStep<Question, string>(
            "answer", (question, _, _) => ValueTask.FromResult(question.Text), step => step.Cache(TimeSpan.FromHours(1))));
        var runner = services.GetRequiredService<IStepRunner<Question, string>>();
        var question = new Question("why?", "big");
        await runner.RunAsync(question);
        Run(runner, question);

        var allocated = Allocations.LeastOf(() => Run(runner, question));

        allocated.Should().Be(Runs * KeyBytes);
    }

    private static void Run(IStepRunner<Question, string> runner, Question question)
    {
        for (var i = 0; i < Runs; i++)
        {
            var call = runner.RunAsync(question);
            if (!call.IsCompletedSuccessfully || call.Result.Attempts != 0)
            {
                throw new InvalidOperationException("The cache did not answer at once.");
            }
        }
    }
}
