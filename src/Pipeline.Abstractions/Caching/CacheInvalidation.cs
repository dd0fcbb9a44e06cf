using System.Runtime.InteropServices;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>A notice of the <see cref="ICacheInvalidationFeed"/>.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CacheInvalidation
{
    private CacheInvalidation(CacheInvalidationKind kind, string? name, long generation, bool isLocal)
    {
        Kind = kind;
        Name = name;
        Generation = generation;
        IsLocal = isLocal;
    }

    /// <summary>What the notice says.</summary>
    public CacheInvalidationKind Kind { get; }

    /// <summary>The key or the tag; <see langword="null"/> for the other kinds.</summary>
    public string? Name { get; }

    /// <summary>The tag's new generation; 0 for the other kinds. Keep the greatest that was seen for a tag.</summary>
    public long Generation { get; }

    /// <summary>Whether the change was made through the very backend instance that the subscription belongs to.</summary>
    public bool IsLocal { get; }

    /// <summary>The notice that the subscription hears everything from here on; equal to <see langword="default"/>.</summary>
    public static CacheInvalidation Resync => default;

    /// <summary>The notice that the subscription no longer hears what happens.</summary>
    public static CacheInvalidation Interrupted => new(CacheInvalidationKind.Interrupted, name: null, 0, isLocal: false);

    /// <summary>Makes the notice that the entry under a key was removed or replaced.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isLocal">Whether the subscription's own backend instance did it.</param>
    /// <returns>The notice.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored.</exception>
    public static CacheInvalidation ForKey(string key, bool isLocal)
    {
        StoredName.ThrowIfInvalid(key);
        return new(CacheInvalidationKind.Key, key, 0, isLocal);
    }

    /// <summary>Makes the notice that a tag was invalidated.</summary>
    /// <param name="tag">The tag with its new generation.</param>
    /// <param name="isLocal">Whether the subscription's own backend instance did it.</param>
    /// <returns>The notice.</returns>
    /// <exception cref="ArgumentException"><paramref name="tag"/> is a default value without a tag.</exception>
    public static CacheInvalidation ForTag(TagGeneration tag, bool isLocal)
    {
        StoredName.ThrowIfInvalid(tag.Tag, nameof(tag));
        return new(CacheInvalidationKind.Tag, tag.Tag, tag.Generation, isLocal);
    }
}
