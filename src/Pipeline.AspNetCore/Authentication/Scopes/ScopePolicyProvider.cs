using System.Collections.Concurrent;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Pipeline.Authentication;

/// <summary>Makes policies named <c>scope:NAME</c> from their names, so that an endpoint or a configuration can name one without declaring it.</summary>
internal sealed class ScopePolicyProvider(IOptions<AuthorizationOptions> options) : DefaultAuthorizationPolicyProvider(options)
{
    private const string Prefix = "scope:";

    private readonly ConcurrentDictionary<string, AuthorizationPolicy> _policies = new(StringComparer.Ordinal);

    /// <summary>A policy never changes.</summary>
    public override bool AllowsCachingPolicies => true;

    public override async Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
    {
        if (await base.GetPolicyAsync(policyName).ConfigureAwait(false) is { } declared)
        {
            return declared;
        }

        return policyName is not null && policyName.Length > Prefix.Length && policyName.StartsWith(Prefix, StringComparison.Ordinal)
            ? _policies.GetOrAdd(policyName, static name => new AuthorizationPolicyBuilder()
                .RequireAuthenticatedUser()
                .AddRequirements(new ScopeRequirement([name[Prefix.Length..]]))
                .Build())
            : null;
    }
}
