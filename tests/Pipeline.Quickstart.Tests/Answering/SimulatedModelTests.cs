using FluentAssertions;
using Pipeline.Steps;
using Xunit;

namespace Quickstart.Answering;

public sealed class SimulatedModelTests
{
    [Fact]
    public async Task It_quotes_the_nearest_passage_and_reports_tokens()
    {
        var prompt = new Prompt("Where does the heron stand?", ["The heron stands on one leg.", "The otter sleeps afloat."]);
        var context = new StepContext("answer");

        var answer = await new SimulatedModel(TimeProvider.System).ExecuteAsync(prompt, context, CancellationToken.None);

        answer.Should().Be("The documents say: \"The heron stands on one leg.\"");
        context.Usage.UncachedInput.Should().Be(SimulatedModel.CountTokens(prompt)).And.Be(19);
        context.Usage.Output.Should().Be(answer.Length / 4);
    }
}
