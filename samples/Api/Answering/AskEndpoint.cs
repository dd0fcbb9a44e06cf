using Pipeline.RateLimiting;
using Pipeline.RequestLimits;
using Pipeline.Steps;
using Pipeline.Telemetry;

namespace Api.Answering;

/// <summary>POST /ask.</summary>
internal static class AskEndpoint
{
    public static async Task<Reply> AskAsync(Question question, HttpContext context, IStepRunner<Question, Answer> answer)
    {
        // From here on the deadline is that of the model.
        context.SetModel(question.Model ?? "");
        var result = await answer.RunAsync(question, cancellationToken: context.RequestAborted);
        var isCached = result.CacheOutcome is CacheOutcome.Hit or CacheOutcome.StaleHit;
        var tokens = result.Usage.Total;
        context.ReportTokens(tokens);
        return new Reply(result.Value.Text, question.Model!, isCached, tokens, result.Cost);
    }
}
