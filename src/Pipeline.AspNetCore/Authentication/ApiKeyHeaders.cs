using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Pipeline.Authentication;

/// <summary>Finds the key in a request's headers.</summary>
internal static class ApiKeyHeaders
{
    private const string Bearer = "Bearer";

    /// <summary>Looks for a key.</summary>
    /// <param name="headers">The request's.</param>
    /// <param name="hash">The key's hash; <see langword="null"/> where what stands there cannot be a key.</param>
    /// <returns>Whether there is something that was meant as one.</returns>
    public static bool TryRead(IHeaderDictionary headers, out KeyHash? hash)
    {
        hash = null;
        var authorization = headers.Authorization;
        if (authorization.Count > 1)
        {
            return true;
        }

        if (TryReadBearer(authorization, out var bearer) && !ApiKeyTexts.LooksLikeToken(bearer))
        {
            hash = HashOf(bearer);
            return true;
        }

        if (!headers.TryGetValue(ApiKeyDefaults.HeaderName, out var own) || own.Count == 0)
        {
            return false;
        }

        if (own.Count == 1)
        {
            hash = HashOf(own[0].AsSpan().Trim());
        }

        return true;
    }

    /// <summary>Whether the request has a bearer token of the form of a JWT, and no key.</summary>
    public static bool HasToken(IHeaderDictionary headers) =>
        headers.Authorization is { Count: 1 } authorization
        && TryReadBearer(authorization, out var bearer)
        && ApiKeyTexts.LooksLikeToken(bearer)
        && !headers.ContainsKey(ApiKeyDefaults.HeaderName);

    private static bool TryReadBearer(StringValues authorization, out ReadOnlySpan<char> bearer)
    {
        var value = authorization.Count == 1 ? authorization[0].AsSpan() : default;
        if (!value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || (value.Length > Bearer.Length && value[Bearer.Length] != ' '))
        {
            bearer = default;
            return false;
        }

        bearer = value[Bearer.Length..].Trim();
        return true;
    }

    private static KeyHash? HashOf(ReadOnlySpan<char> text) => ApiKeyTexts.CanBeKey(text) ? KeyHash.Of(text) : null;
}
