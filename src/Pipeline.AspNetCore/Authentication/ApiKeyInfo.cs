namespace Pipeline.Authentication;

/// <summary>An API key as it may be shown: never the key itself.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Definition">What it is for.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record ApiKeyInfo(ApiKeyDefinition Definition, ApiKeySource Source)
{
    /// <summary>Whether it may be used, were it not expired.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>When it was made; known of stored keys only.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the last of the keys that it has replaced stops working; <see langword="null"/> where none works.</summary>
    public DateTimeOffset? ReplacedKeysUntil { get; init; }
}
