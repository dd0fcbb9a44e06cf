using Pipeline.Authentication;

namespace Pipeline.Admin;

/// <summary>A key as it may be shown: never the key itself.</summary>
internal sealed record KeyView(
    string Name,
    string? Tenant,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> AllowedNetworks,
    ApiKeySource Source,
    bool IsEnabled,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? ReplacedKeysUntil)
{
    public static KeyView Of(ApiKeyInfo key) => new(
        key.Definition.Name,
        key.Definition.Tenant,
        key.Definition.Scopes,
        key.Definition.AllowedNetworks,
        key.Source,
        key.IsEnabled,
        key.CreatedAt,
        key.Definition.ExpiresAt,
        key.ReplacedKeysUntil);
}
