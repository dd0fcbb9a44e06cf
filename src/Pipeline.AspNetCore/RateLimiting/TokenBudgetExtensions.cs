using Microsoft.AspNetCore.Http;

namespace Pipeline.RateLimiting;

/// <summary>Reports what a request has used of its token budget.</summary>
public static class TokenBudgetExtensions
{
    /// <summary>
    /// Adds to what the request has used. Once its response is complete, the budget is charged what was reported in place of what was reserved. Without an effect where
    /// the endpoint has no token budget.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="tokens">How many more tokens, at least 0.</param>
    /// <remarks>Also while the response is being streamed. The call is thread safe.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tokens"/> is negative.</exception>
    public static void ReportTokens(this HttpContext context, long tokens)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        context.Features.Get<ITokenBudget>()?.Report(tokens);
    }
}
