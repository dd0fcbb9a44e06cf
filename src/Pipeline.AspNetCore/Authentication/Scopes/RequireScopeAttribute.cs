using Microsoft.AspNetCore.Authorization;

namespace Pipeline.Authentication;

/// <summary>
/// Lets in callers that are authenticated and have one of some scopes, by claims of the type <see cref="PipelineClaims.Scope"/>. Several of these on one endpoint must all be met.
/// </summary>
/// <remarks>As <c>RequireScope</c> on endpoints. A claim may also hold several scopes between spaces, as tokens of OAuth have them (RFC 8693).</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireScopeAttribute : AuthorizeAttribute, IAuthorizationRequirementData
{
    private readonly ScopeRequirement _requirement;

    /// <summary>Names the scopes.</summary>
    /// <param name="scopes">One or more, any of which is enough.</param>
    /// <exception cref="ArgumentException">There is none, or one is empty or holds white space.</exception>
    public RequireScopeAttribute(params string[] scopes)
    {
        _requirement = new ScopeRequirement(scopes);
    }

    /// <summary>The scopes, any of which is enough.</summary>
    public IReadOnlyList<string> Scopes => _requirement.Scopes;

    /// <summary>Gives the framework what the endpoint demands.</summary>
    /// <returns>The scopes as a requirement.</returns>
    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [_requirement];
}
