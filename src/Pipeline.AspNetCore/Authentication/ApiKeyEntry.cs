namespace Pipeline.Authentication;

/// <summary>An API key of <see cref="ApiKeyOptions.List"/>, with all that can be said of it.</summary>
public sealed class ApiKeyEntry
{
    /// <summary>The key's name, unique: 1 to 100 letters, digits, <c>-</c>, <c>_</c>, <c>.</c>. It is logged and can be a rate limit's partition.</summary>
    public string Name { get; set; } = "";

    /// <summary>The key itself; <see langword="null"/> where <see cref="KeyHash"/> is given.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// <c>sha256:</c> and the SHA-256 of the key's bytes as 64 hexadecimal digits, so that the configuration holds no secret; <see langword="null"/> where
    /// <see cref="Key"/> is given. How long the key is cannot be told then: make it of 32 random bytes.
    /// </summary>
    public string? KeyHash { get; set; }

    /// <summary>The tenant that the caller belongs to; <see langword="null"/> for none.</summary>
    public string? Tenant { get; set; }

    /// <summary>What the key may be used for: 1 to 100 letters, digits, <c>-</c>, <c>_</c>, <c>.</c>, <c>:</c>, <c>/</c> each. Default: nothing that asks for a scope.</summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>From when on the key is refused; <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>
    /// The networks from which the key may be used, <c>10.0.0.0/8</c> or a single address each. Default: from everywhere. The caller's address is that of the connection,
    /// or what a configured proxy says.
    /// </summary>
    public IList<string> AllowedNetworks { get; set; } = [];

    /// <summary>Whether the key may be used. Set to <see langword="false"/>, it and those that it replaced are refused at once. Default: <see langword="true"/>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The name, never the key.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
