using Pipeline.Steps;
using Pipeline.Telemetry;

namespace Api.Answering;

/// <summary>The expensive call. Here a stand-in for a model, which answers at once and the same each time.</summary>
internal sealed class AnswerStep : IStep<Question, Answer>
{
    private const int CharactersPerToken = 4;

    public ValueTask<Answer> ExecuteAsync(Question input, StepContext context, CancellationToken cancellationToken)
    {
        var words = input.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var text = $"{input.Model} has read {words.Length} words, the longest of which is '{words.MaxBy(static word => word.Length)}'.";
        var answer = new Answer(text, TokensOf(input.Text), TokensOf(text));

        // Prices are by model, whatever its version.
        context.ReportUsage(new TokenUsage { UncachedInput = answer.InputTokens, Output = answer.OutputTokens }, input.Model.Split(':')[0]);
        return new(answer);
    }

    private static long TokensOf(string text) => (text.Length + CharactersPerToken - 1) / CharactersPerToken;
}
