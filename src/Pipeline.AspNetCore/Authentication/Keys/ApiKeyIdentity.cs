using System.Security.Claims;

namespace Pipeline.Authentication;

/// <summary>Who came with a key. Made once a key and shared by all its requests, so it cannot be changed: what one request added would reach all others.</summary>
internal sealed class ApiKeyIdentity : ClaimsIdentity
{
    public const string UserPrefix = "key:";

    public ApiKeyIdentity(ApiKeyDefinition definition)
        : base(ClaimsOf(definition), ApiKeyDefaults.AuthenticationScheme, ClaimTypes.Name, ClaimTypes.Role)
    {
    }

    public override void AddClaim(Claim claim) => throw Shared();

    public override void AddClaims(IEnumerable<Claim?> claims) => throw Shared();

    public override void RemoveClaim(Claim? claim) => throw Shared();

    public override bool TryRemoveClaim(Claim? claim) => throw Shared();

    private static List<Claim> ClaimsOf(ApiKeyDefinition definition)
    {
        List<Claim> claims =
        [
            new(ClaimTypes.NameIdentifier, UserPrefix + definition.Name),
            new(ClaimTypes.Name, definition.Name),
            new(PipelineClaims.KeyName, definition.Name),
        ];
        if (definition.Tenant is { } tenant)
        {
            claims.Add(new Claim(PipelineClaims.Tenant, tenant));
        }

        foreach (var scope in definition.Scopes)
        {
            claims.Add(new Claim(PipelineClaims.Scope, scope));
        }

        return claims;
    }

    private static InvalidOperationException Shared() => new(
        "The identity of an API key is shared by all its requests and cannot be changed. Add an identity of its own to the principal, or change a Clone().");
}
