namespace Pipeline.Authentication;

/// <summary>
/// The types of the claims that the edge goes by: who pays, and what is allowed. API keys give them; another scheme's tokens count the same way where they have them.
/// The user is <see cref="System.Security.Claims.ClaimTypes.NameIdentifier"/>.
/// </summary>
public static class PipelineClaims
{
    /// <summary>The tenant. One claim; a caller with none belongs to the tenant <c>default</c>.</summary>
    public const string Tenant = "tenant";

    /// <summary>A scope, one claim for each: <c>predict</c>, <c>admin</c>.</summary>
    public const string Scope = "scope";

    /// <summary>The name of the API key with which the caller came. It is not secret.</summary>
    public const string KeyName = "pipeline:key";
}
