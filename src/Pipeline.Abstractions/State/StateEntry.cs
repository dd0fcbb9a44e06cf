namespace Pipeline.State;

/// <summary>A value as it was stored, together with the version that a change of it must name.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Value">The bytes, 0 to <see cref="MaxValueBytes"/>. They are the caller's own: no later write changes them.</param>
/// <param name="Version">
/// The version, 1 or more. It is opaque: it says that the entry is the same, not how often it was written.
/// </param>
/// <param name="ExpiresAt">When the entry will vanish by itself, by the store's clock; <see langword="null"/> where it never does.</param>
public readonly record struct StateEntry(ReadOnlyMemory<byte> Value, long Version, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>The greatest size of a value, in bytes: 1 MiB.</summary>
    public const int MaxValueBytes = 1024 * 1024;

    /// <summary>The version to name where there must not be an entry yet: 0.</summary>
    public const long NoVersion = 0;
}
