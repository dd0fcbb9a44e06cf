using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace Pipeline.Authentication;

/// <summary>Demands one of some scopes. It judges itself, so that nothing has to be registered.</summary>
internal sealed class ScopeRequirement : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    private readonly string[] _scopes;

    public ScopeRequirement(IReadOnlyCollection<string> scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        if (scopes.Count == 0 || scopes.Any(static scope => string.IsNullOrEmpty(scope) || scope.Any(char.IsWhiteSpace)))
        {
            throw new ArgumentException("A scope is missing, empty or holds white space. Give one or more, such as 'admin'.", nameof(scopes));
        }

        _scopes = [.. scopes];
    }

    public IReadOnlyList<string> Scopes => _scopes;

    public override string ToString() => $"Scope: one of {string.Join(", ", _scopes)}";

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        foreach (var claim in context.User.Claims)
        {
            if (string.Equals(claim.Type, PipelineClaims.Scope, StringComparison.Ordinal) && requirement.IsMetBy(claim))
            {
                context.Succeed(requirement);
                break;
            }
        }

        return Task.CompletedTask;
    }

    private bool IsMetBy(Claim claim)
    {
        foreach (var part in claim.Value.AsSpan().Split(' '))
        {
            foreach (var scope in _scopes)
            {
                if (claim.Value.AsSpan()[part].SequenceEqual(scope))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
