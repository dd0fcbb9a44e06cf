namespace Pipeline.Authentication;

/// <summary>What an API key is for, and how long.</summary>
/// <remarks>Checked by who takes it (<see cref="ApiKeyDirectory.CreateAsync"/>).</remarks>
/// <param name="Name">The key's name, unique: 1 to 100 letters, digits, <c>-</c>, <c>_</c>, <c>.</c>.</param>
public sealed record ApiKeyDefinition(string Name)
{
    /// <summary>The tenant that the caller belongs to; <see langword="null"/> for none.</summary>
    public string? Tenant { get; init; }

    /// <summary>What the key may be used for, at most 100 scopes. Default: nothing that asks for a scope.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>From when on the key is refused; <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The networks from which the key may be used, at most 100, <c>10.0.0.0/8</c> or a single address each. Default: from everywhere.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];
}
