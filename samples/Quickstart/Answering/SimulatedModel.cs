using Pipeline.Steps;
using Pipeline.Telemetry;
using Quickstart.Display;

namespace Quickstart.Answering;

/// <summary>
/// Stands in for a language model, which this program does not have: it takes its time, counts tokens, and quotes the nearest passage.
/// </summary>
internal sealed class SimulatedModel(TimeProvider time) : IStep<Prompt, string>
{
    private const int CharactersPerToken = 4;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(250);

    public static long CountTokens(Prompt prompt) => (prompt.Question.Length + prompt.Passages.Sum(passage => passage.Length)) / CharactersPerToken;

    public async ValueTask<string> ExecuteAsync(Prompt input, StepContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(Delay, time, cancellationToken);
        var answer = $"The documents say: \"{Excerpt.Of(input.Passages[0], input.Question)}\"";
        context.ReportUsage(new TokenUsage { UncachedInput = CountTokens(input), Output = answer.Length / CharactersPerToken });
        return answer;
    }
}
