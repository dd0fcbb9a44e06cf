namespace Pipeline.Authentication;

/// <summary>A key that was just made. It is shown to its user now, or never: only its hash is kept.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed class ApiKeySecret
{
    internal ApiKeySecret(string name, string key)
    {
        Name = name;
        Key = key;
    }

    /// <summary>The key's name.</summary>
    public string Name { get; }

    /// <summary>The key: <c>pk_</c> and 43 characters, which stand for 32 random bytes.</summary>
    public string Key { get; }

    /// <summary>The name, never the key.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
