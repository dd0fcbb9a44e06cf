namespace Pipeline.Authentication;

/// <summary>One of the keys under a name: the current one, or one that it has replaced.</summary>
internal sealed record StoredKeyHash
{
    public required string Sha256 { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>Until when a key that was replaced works; <see langword="null"/> for the current one.</summary>
    public DateTimeOffset? Until { get; init; }
}
