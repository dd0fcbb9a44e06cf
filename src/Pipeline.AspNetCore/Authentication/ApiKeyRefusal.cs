namespace Pipeline.Authentication;

/// <summary>Why a caller's key does not let it in.</summary>
internal enum ApiKeyRefusal
{
    /// <summary>It does.</summary>
    None = 0,

    /// <summary>There is no such key.</summary>
    Unknown,

    /// <summary>It cannot be a key: several headers, other characters than a key has, nothing at all.</summary>
    Malformed,

    /// <summary>It has expired, or was replaced too long ago.</summary>
    Expired,

    /// <summary>It is disabled.</summary>
    Disabled,

    /// <summary>It may not be used from the caller's address.</summary>
    Network,

    /// <summary>The address has tried too many wrong keys.</summary>
    Banned,

    /// <summary>Whether there is such a key cannot be told now.</summary>
    Unavailable,
}
