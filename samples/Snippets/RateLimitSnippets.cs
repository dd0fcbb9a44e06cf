using System.Threading.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Pipeline.Telemetry;

namespace Snippets;

internal sealed record Question(string Text, string Document);

internal static class RateLimitSnippets
{
    public static void Register(IServiceCollection services, Func<Question, CancellationToken, ValueTask<(string Text, TokenUsage Usage)>> askAsync)
    {
        // snippet: limited-step
        services.AddPipeline()
            .AddRateLimitRule("per-tenant", RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1)))
            .AddStep<Question, string>(
                "answer",
                async (question, step, ct) =>
                {
                    var answer = await askAsync(question, ct);
                    step.ReportUsage(answer.Usage);
                    return answer.Text;
                },
                step => step
                    .Limit("per-tenant", Partition.Tenant)
                    .Limit(RateLimitRule.Concurrency(20, lease: TimeSpan.FromSeconds(30)), Partition.Everyone)
                    .Limit(RateLimitRule.PerDay(500), question => question.Document)
                    .LimitTokens(RateLimitRule.TokenBucket(200_000, TimeSpan.FromMinutes(1)), Partition.Tenant, question => question.Text.Length / 4));
        // end snippet
    }

    public static async Task<bool> ByHandAsync(IRateLimiter limiter, Func<CancellationToken, Task<long>> askAsync, CancellationToken ct)
    {
        // snippet: limit-by-hand
        var calls = RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1)).Named("calls");
        var tokens = RateLimitRule.TokenBucket(200_000, TimeSpan.FromMinutes(1)).Named("tokens");
        var request = new RateLimitRequest(new("tenant:acme", calls), RateLimitDimension.Estimate("tenant:acme", tokens, cost: 1_500));

        var decision = await limiter.AcquireAsync(request, ct);
        if (!decision.IsGranted)
        {
            Console.WriteLine($"'{decision.Rule.Name}' says: come again in {decision.RetryAfter}.");
            return false;
        }

        var tokensUsed = await askAsync(ct);
        await limiter.SettleAsync(decision.Reservation!, tokensUsed, CancellationToken.None);
        // end snippet
        return true;
    }

    public static RateLimitRule[] Outages()
    {
        // snippet: limit-outage
        var cheap = RateLimitRule.SlidingWindow(600, TimeSpan.FromMinutes(1)).WhenUnavailable(RateLimitFallback.Allow);
        var dear = RateLimitRule.TokenBucket(200_000, TimeSpan.FromMinutes(1)).WhenUnavailable(RateLimitFallback.Local, localShare: 50_000);
        // end snippet
        return [cheap, dear];
    }

    public static PartitionedRateLimiter<Question> Adapter(IRateLimiter limiter)
    {
        // snippet: limit-adapter
        var perDocument = RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1));
        PartitionedRateLimiter<Question> forTheFramework = limiter.AsPartitionedRateLimiter<Question>(
            question => new RateLimitDimension(question.Document, perDocument));
        // end snippet
        return forTheFramework;
    }
}
