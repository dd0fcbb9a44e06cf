namespace Pipeline.Authentication;

/// <summary>Where an API key comes from.</summary>
public enum ApiKeySource
{
    /// <summary>From <see cref="ApiKeyOptions.Keys"/>, <see cref="ApiKeyOptions.Entries"/> or <see cref="ApiKeyOptions.List"/>.</summary>
    Configuration = 0,

    /// <summary>From <see cref="ApiKeyOptions.File"/>.</summary>
    File = 1,

    /// <summary>From the suite's state store.</summary>
    Store = 2,
}
