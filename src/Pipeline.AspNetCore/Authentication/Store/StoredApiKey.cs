using System.Text.Json.Serialization;

namespace Pipeline.Authentication;

/// <summary>A name with its keys, as it stands in the state store: all that counts of them. See <c>docs/formats.md</c>.</summary>
internal sealed record StoredApiKey
{
    public const int MaxReplacedKeys = 8;

    [JsonPropertyOrder(-1)]
    public required int Format { get; init; }

    public required string Name { get; init; }

    public string? Tenant { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required IReadOnlyList<string> Networks { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The current key first.</summary>
    public required IReadOnlyList<StoredKeyHash> Keys { get; init; }

    /// <summary>The same without the replaced keys that no longer work.</summary>
    public StoredApiKey At(DateTimeOffset now) => this with { Keys = [.. Keys.Where(key => key.Until is null || key.Until > now)] };

    /// <summary>Whether two are the same key in all that counts.</summary>
    public bool IsSameAs(StoredApiKey other) =>
        string.Equals(Name, other.Name, StringComparison.Ordinal)
        && string.Equals(Tenant, other.Tenant, StringComparison.Ordinal)
        && CreatedAt == other.CreatedAt
        && ExpiresAt == other.ExpiresAt
        && Scopes.SequenceEqual(other.Scopes, StringComparer.Ordinal)
        && Networks.SequenceEqual(other.Networks, StringComparer.Ordinal)
        && Keys.SequenceEqual(other.Keys);

    public ApiKeyDefinition ToDefinition() => new(Name) { Tenant = Tenant, Scopes = Scopes, ExpiresAt = ExpiresAt, AllowedNetworks = Networks };
}
