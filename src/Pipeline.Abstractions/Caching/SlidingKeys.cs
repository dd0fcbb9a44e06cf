namespace Pipeline.Caching;

/// <summary>
/// Remembers, in 16 kB, which keys held a sliding entry when this process last saw them: those are read by a call that extends them, all others by a
/// plain one. Where two keys share a bit, or the entry has changed, either way of reading is right and costs a little more.
/// </summary>
/// <remarks>For the authors of backends. Thread safe.</remarks>
public sealed class SlidingKeys
{
    private const int Words = 2_048;
    private const int BitsPerWord = 64;

    private readonly long[] _words = new long[Words];

    /// <summary>Says whether a key held a sliding entry when it was last seen, as far as is remembered.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether it did.</returns>
    public bool Contains(string key)
    {
        var (word, bit) = Find(key);
        return (Volatile.Read(ref _words[word]) & bit) != 0;
    }

    /// <summary>Notes whether a key holds a sliding entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isSliding">Whether it does.</param>
    public void Set(string key, bool isSliding)
    {
        var (word, bit) = Find(key);
        if ((Volatile.Read(ref _words[word]) & bit) != 0 != isSliding)
        {
            _ = isSliding ? Interlocked.Or(ref _words[word], bit) : Interlocked.And(ref _words[word], ~bit);
        }
    }

    private static (int Word, long Bit) Find(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var hash = (uint)key.GetHashCode(StringComparison.Ordinal);
        return ((int)(hash / BitsPerWord % Words), 1L << (int)(hash % BitsPerWord));
    }
}
