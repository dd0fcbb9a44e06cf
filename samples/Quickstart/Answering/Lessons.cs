using Pipeline.Learning;
using Pipeline.Steps;

namespace Quickstart.Answering;

/// <summary>What was learned from the answers: each is a learning, and a simulated reader says later whether it helped.</summary>
internal sealed class Lessons(ILearningStore store)
{
    public const string Intervention = "nearest-passages";

    private const double LeastShare = 0.5;

    private static readonly LearningFilter All = new() { Tenant = CallContext.DefaultTenant };

    /// <summary>How many learnings were recalled before the model was asked.</summary>
    public int Recalled { get; private set; }

    /// <summary>What is learned from an answer, unless it came from a cache: then it has been learned already.</summary>
    public static string? FindingOf(Prompt prompt, StepContext context) =>
        context.CacheOutcome == Pipeline.Telemetry.CacheOutcome.Miss ? $"{prompt.Question} It was answered from the {prompt.Passages.Count} nearest passages." : null;

    /// <summary>Looks for what earlier questions have taught.</summary>
    public async Task<IReadOnlyList<LearningMatch>> RecallAsync(string question, CancellationToken cancellationToken)
    {
        var recalled = await store.RecallAsync(new RecallQuery { Filter = All, Text = question, Limit = 3 }, cancellationToken);
        Recalled += recalled.Matches.Count;
        return recalled.Matches;
    }

    /// <summary>Reports whether the answer of a run helped: a simulated reader is content with one that has half of the question's words.</summary>
    public async Task ReportAsync(string runId, string question, string answer, CancellationToken cancellationToken)
    {
        var outcome = Display.Excerpt.ShareOfWords(answer, question) >= LeastShare ? LearningOutcome.Improved : LearningOutcome.NoChange;
        var page = await store.QueryAsync(All with { RunId = runId }, cancellationToken: cancellationToken);
        foreach (var learning in page.Items)
        {
            await store.ReportOutcomeAsync(learning, $"{runId}/reader", outcome, cancellationToken: cancellationToken);
        }
    }

    public ValueTask<IReadOnlyList<OutcomeStatistics>> OutcomesAsync(CancellationToken cancellationToken) => store.OutcomesAsync(All, cancellationToken);
}
