using System.Text.Json.Serialization;

namespace Pipeline.Authentication;

/// <summary>A name with its keys, as it stands in the state store: all that counts of them. See <c>docs/formats.md</c>.</summary>
internal sealed record StoredApiKey
{
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

    public ApiKeyDefinition ToDefinition() => new(Name) { Tenant = Tenant, Scopes = Scopes, ExpiresAt = ExpiresAt, AllowedNetworks = Networks };
}
