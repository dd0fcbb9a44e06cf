using System.Net;

namespace Pipeline.Authentication;

/// <summary>A key that callers may come with. Immutable, hence thread safe.</summary>
internal sealed class ApiKeyCredential(ApiKeyDefinition definition, KeyHash hash, ApiKeySource source)
{
    public ApiKeyDefinition Definition => definition;

    public string Name => definition.Name;

    public KeyHash Hash => hash;

    public ApiKeySource Source => source;

    public required IPNetwork[] Networks { get; init; }

    public required ApiKeyIdentity Identity { get; init; }

    public bool IsEnabled { get; init; } = true;

    /// <summary>Whether the key is made of so few different characters that chance cannot have made it.</summary>
    public bool IsWeak { get; init; }

    /// <summary>Until when a key that was replaced or taken away still works; <see langword="null"/> where it was not.</summary>
    public DateTimeOffset? GraceUntil { get; init; }

    /// <summary>The same key, which works on for a while.</summary>
    public ApiKeyCredential WithGrace(DateTimeOffset until) =>
        new(definition, hash, source) { Networks = Networks, Identity = Identity, IsEnabled = IsEnabled, IsWeak = IsWeak, GraceUntil = until };

    /// <summary>Whether two describe one key in the same way, as when one line stands in two sources.</summary>
    public bool IsSameAs(ApiKeyCredential other) =>
        hash.Equals(other.Hash)
        && IsEnabled == other.IsEnabled
        && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && string.Equals(definition.Tenant, other.Definition.Tenant, StringComparison.Ordinal)
        && definition.ExpiresAt == other.Definition.ExpiresAt
        && definition.Scopes.SequenceEqual(other.Definition.Scopes, StringComparer.Ordinal)
        && definition.AllowedNetworks.SequenceEqual(other.Definition.AllowedNetworks, StringComparer.Ordinal);
}
