using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Pipeline.Metrics;

/// <summary>Takes internal endpoints out of routing for those who may not reach them: nothing tells them that there is one, be it a 401 or a limit.</summary>
internal sealed class InternalMatcherPolicy(InternalGate gate) : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<InternalMetadata>() is not null)
            {
                return true;
            }
        }

        return false;
    }

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i)
                && candidates[i].Endpoint.Metadata.GetMetadata<InternalMetadata>() is { } metadata
                && !gate.Admits(httpContext, metadata.UnlessConfigured))
            {
                candidates.SetValidity(i, value: false);
            }
        }

        return Task.CompletedTask;
    }
}
