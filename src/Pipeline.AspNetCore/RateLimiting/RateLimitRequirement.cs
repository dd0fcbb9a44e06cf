using Microsoft.AspNetCore.Http;

namespace Pipeline.RateLimiting;

/// <summary>That an endpoint is limited by a policy. Metadata of endpoints.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Cost">What a request costs; <see langword="null"/> for what the policy says.</param>
/// <param name="IsEstimate">Whether that is an estimate, to be settled at what the endpoint reports.</param>
internal sealed record RateLimitRequirement(string Policy, Func<HttpContext, long>? Cost = null, bool IsEstimate = false)
{
    public override string ToString() => $"Rate limit '{Policy}'";
}
