using System.Net;

namespace Pipeline.Authentication;

/// <summary>What a definition of a key must keep to.</summary>
internal static class ApiKeyRules
{
    /// <param name="definition">What is judged.</param>
    /// <param name="allowedScopes">The scopes that there are; empty for any.</param>
    /// <param name="checksName">Whether the name is the user's, not made from the tenant's.</param>
    /// <param name="networks">The networks, where nothing is wrong.</param>
    /// <returns>What is wrong, with the mend, to follow the place and a colon; or <see langword="null"/>.</returns>
    public static string? FindProblem(ApiKeyDefinition definition, ICollection<string> allowedScopes, bool checksName, out IPNetwork[] networks)
    {
        networks = [];
        return (checksName ? ApiKeyTexts.FindNameProblem(definition.Name) : null)
            ?? (definition.Tenant is { } tenant ? ApiKeyTexts.FindTenantProblem(tenant) : null)
            ?? FindScopesProblem(definition.Scopes, allowedScopes)
            ?? ParseNetworks(definition.AllowedNetworks, out networks);
    }

    private static string? FindScopesProblem(IReadOnlyList<string> scopes, ICollection<string> allowed)
    {
        if (scopes.Count > ApiKeyTexts.MaxListLength)
        {
            return $"there are {scopes.Count} scopes. Give at most {ApiKeyTexts.MaxListLength}.";
        }

        for (var i = 0; i < scopes.Count; i++)
        {
            if (ApiKeyTexts.FindScopeProblem(scopes[i]) is { } problem)
            {
                return problem;
            }

            if (allowed.Count > 0 && !allowed.Contains(scopes[i]))
            {
                return $"scope {i + 1} is none of AllowedScopes ({string.Join(", ", allowed)}). Correct it, or add it there.";
            }
        }

        return null;
    }

    private static string? ParseNetworks(IReadOnlyList<string> texts, out IPNetwork[] networks)
    {
        networks = [];
        if (texts.Count > ApiKeyTexts.MaxListLength)
        {
            return $"there are {texts.Count} networks. Give at most {ApiKeyTexts.MaxListLength}.";
        }

        var parsed = new IPNetwork[texts.Count];
        for (var i = 0; i < parsed.Length; i++)
        {
            if (!ClientNetworks.TryParse(texts[i], out parsed[i]))
            {
                return $"network {i + 1} is no network. Give one as 10.0.0.0/8 or 2001:db8::/32, with no bit set behind the prefix, or a single address.";
            }
        }

        networks = parsed;
        return null;
    }
}
