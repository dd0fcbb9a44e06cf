using Microsoft.Extensions.DependencyInjection;
using Pipeline.Learning;

namespace Snippets;

internal sealed record Ticket(string Text, string Id);

internal sealed record Answer(string Text, TimeSpan Timeout, bool HadToRetry);

internal static class LearningSnippets
{
    public static void Register(IServiceCollection services, Func<Ticket, IReadOnlyList<string>, CancellationToken, ValueTask<Answer>> askAsync)
    {
        // snippet: learning-step
        services.AddPipeline()
            .ConfigureLearning(options => options.SnapshotPath = "data/learnings.bin")
            .AddStep<Ticket, Answer>(
                "answer",
                async (ticket, step, ct) =>
                {
                    var advice = step.Learnings.Select(match => match.Learning.Record.Finding).ToList();
                    return await askAsync(ticket, advice, ct);
                },
                step => step
                    .Recall(ticket => ticket.Text, limit: 3, maxTokens: 400)
                    .Learn(
                        (ticket, answer, _) => answer.HadToRetry ? $"Timed out below {answer.Timeout}: {ticket.Text}" : null,
                        (record, _, _) => record with { Interventions = ["raise-timeout"], ValidUntil = record.Created.AddDays(180) }));
        // end snippet
    }

    public static async Task<LearningId> ByHandAsync(ILearningStore store, TimeProvider time, CancellationToken ct)
    {
        // snippet: learning-by-hand
        var id = await store.RecordAsync(
            new LearningRecord
            {
                Tenant = "acme",
                RunId = "ticket-4711",                          // the same when the run is repeated: it is then written once
                Step = "answer",
                Finding = "The large model times out on scanned contracts.",
                Interventions = ["raise-timeout"],
                Severity = LearningSeverity.Medium,
                Created = time.GetUtcNow(),
            },
            ct);

        var recalled = await store.RecallAsync(
            new RecallQuery { Filter = new LearningFilter { Tenant = "acme" }, Text = "a contract, scanned", MaxTokens = 500 }, ct);
        foreach (var match in recalled.Matches)
        {
            var (finding, score) = (match.Learning.Record.Finding, match.Score);
            Console.WriteLine($"{score.Total:0.00} = {score.Similarity:0.00} x {score.Success:0.00} x {score.Recency:0.00}: {finding}");

            // After the run that heeded it. Another report of the same run would correct this one.
            await store.ReportOutcomeAsync(match.Learning, followUpId: "ticket-4712", LearningOutcome.Improved, cancellationToken: ct);
        }

        foreach (var outcome in await store.OutcomesAsync(new LearningFilter { Tenant = "acme" }, ct))
        {
            Console.WriteLine($"{outcome.Step}, {outcome.Intervention}: {outcome.Outcomes.SuccessRate:P0} of {outcome.Outcomes.Judged}");
        }
        // end snippet

        return id;
    }
}
