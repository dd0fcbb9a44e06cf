namespace Pipeline.Caching;

/// <summary>
/// Remembers, in 16 kB, which keys held a sliding entry when this process last saw them: those are read by the script that extends them, all others by a
/// plain get. Where two keys share a bit, or the entry has changed, either way of reading is right and costs a little more. Thread safe.
/// </summary>
internal sealed class SlidingKeys
{
    private const int Words = 2_048;
    private const int BitsPerWord = 64;

    private readonly long[] _words = new long[Words];

    public bool Contains(string key)
    {
        var (word, bit) = Find(key);
        return (Volatile.Read(ref _words[word]) & bit) != 0;
    }

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
        var hash = (uint)key.GetHashCode(StringComparison.Ordinal);
        return ((int)(hash / BitsPerWord % Words), 1L << (int)(hash % BitsPerWord));
    }
}
