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
        using var model = new SimulatedModel(TimeProvider.System);

        var answer = await new AnswerStep(model).ExecuteAsync(prompt, new StepContext("answer"), CancellationToken.None);
        var response = await model.GetResponseAsync([new(Microsoft.Extensions.AI.ChatRole.User, "a passage"), new(Microsoft.Extensions.AI.ChatRole.User, "the question")]);

        answer.Should().Be("The documents say: \"The heron stands on one leg.\"");
        Prompt.EstimateTokens(prompt).Should().Be(19);
        response.Usage.Should().BeEquivalentTo(new { InputTokenCount = 5L, OutputTokenCount = 7L, TotalTokenCount = 12L });
    }
}
