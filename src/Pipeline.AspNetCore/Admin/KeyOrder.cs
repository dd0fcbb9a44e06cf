namespace Pipeline.Admin;

/// <summary>What a key that is to be made is for.</summary>
internal sealed record KeyOrder
{
    public required string Name { get; init; }

    public string? Tenant { get; init; }

    public IReadOnlyList<string>? Scopes { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public IReadOnlyList<string>? AllowedNetworks { get; init; }
}
