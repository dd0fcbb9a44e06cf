using Pipeline.Authentication;

namespace Pipeline.Admin;

/// <summary>A key of the state store in a document: all that is known of it, so that its callers notice nothing. Never the key itself.</summary>
internal sealed record ConfigurationKey
{
    public required string Name { get; init; }

    public string? Tenant { get; init; }

    public IReadOnlyList<string>? Scopes { get; init; }

    public IReadOnlyList<string>? AllowedNetworks { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The current key's, then those of keys that it has replaced and that still work.</summary>
    public required IReadOnlyList<StoredKeyHash> Hashes { get; init; }

    public static ConfigurationKey Of(StoredApiKey key) => new()
    {
        Name = key.Name,
        Tenant = key.Tenant,
        Scopes = key.Scopes,
        AllowedNetworks = key.Networks,
        CreatedAt = key.CreatedAt,
        ExpiresAt = key.ExpiresAt,
        Hashes = key.Keys,
    };

    /// <summary>Says what is wrong with the key, and the mend; <see langword="null"/> if it can be restored.</summary>
    public string? FindProblem()
    {
        // Not by AllowedScopes: a key of the store that was made before a scope went out of use works on here as it does there.
        var definition = new ApiKeyDefinition(Name) { Tenant = Tenant, Scopes = Scopes ?? [], AllowedNetworks = AllowedNetworks ?? [] };
        return ApiKeyRules.FindProblem(definition, allowedScopes: [], checksName: true, out _) ?? FindHashProblem();
    }

    /// <summary>The key as the store has it, if there is no problem with it.</summary>
    public StoredApiKey ToStored() => new()
    {
        Format = StoredApiKeyFormat.Version,
        Name = Name,
        Tenant = Tenant,
        Scopes = Scopes ?? [],
        Networks = AllowedNetworks ?? [],
        CreatedAt = CreatedAt,
        ExpiresAt = ExpiresAt,
        Keys = [.. Hashes.Select(static hash => hash with { Sha256 = hash.Sha256.ToLowerInvariant() })],
    };

    private string? FindHashProblem()
    {
        if (Hashes is not { Count: >= 1 and <= 1 + StoredApiKey.MaxReplacedKeys })
        {
            return $"hashes is empty or too long. Give the current key's, and at most {StoredApiKey.MaxReplacedKeys} of keys that it has replaced.";
        }

        if (Hashes.Any(static hash => !KeyHash.TryParse(hash?.Sha256, out _)))
        {
            return "a hash is malformed. Give the key's SHA-256 as 64 hexadecimal digits.";
        }

        return Hashes[0].Until is null && Hashes.Skip(1).All(static hash => hash.Until is not null)
            ? null
            : "of the hashes, the first is not the current key's, or another has no end. Give the one without 'until' first, and all others with it.";
    }
}
