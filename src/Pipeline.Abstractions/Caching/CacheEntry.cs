using System.Buffers;
using System.Runtime.InteropServices;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>An entry to be stored: a key, a value, and how long it lives. Its constructor is the one check of all three.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct CacheEntry
{
    /// <summary>Makes the entry.</summary>
    /// <param name="key">The key: 1 to 512 bytes of UTF-8 without control characters.</param>
    /// <param name="value">The value, at most <see cref="CacheEntryOptions.MaxValueBytes"/>. It is not copied.</param>
    /// <param name="options">How long the entry lives and what invalidates it.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored, or <paramref name="value"/> is too large.</exception>
    public CacheEntry(string key, ReadOnlySequence<byte> value, CacheEntryOptions options)
    {
        StoredName.ThrowIfInvalid(key);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfTooLarge(value.Length, nameof(value));
        Key = key;
        Value = value;
        Options = options;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value.</summary>
    public ReadOnlySequence<byte> Value { get; }

    /// <summary>How long the entry lives and what invalidates it.</summary>
    public CacheEntryOptions Options { get; }

    internal static void ThrowIfTooLarge(long bytes, string argument)
    {
        if (bytes > CacheEntryOptions.MaxValueBytes)
        {
            throw new ArgumentException(
                $"The value is {bytes} bytes long. A cache entry takes at most {CacheEntryOptions.MaxValueBytes}; store a reference to it instead.",
                argument);
        }
    }
}
