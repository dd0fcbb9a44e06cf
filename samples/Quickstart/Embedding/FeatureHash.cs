namespace Quickstart.Embedding;

/// <summary>
/// A hash that is the same in every process, unlike that of strings: FNV-1a (Fowler, Noll, Vo) over the characters, and the finalizer of
/// MurmurHash3 (Appleby) to spread what is alike.
/// </summary>
internal static class FeatureHash
{
    public const ulong WordSeed = 1;
    public const ulong PairSeed = 2;
    public const ulong TrigramSeed = 3;

    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = Offset;
        foreach (var c in text)
        {
            hash = (hash ^ c) * Prime;
        }

        return hash;
    }

    /// <summary>Combines two hashes, whose order matters.</summary>
    public static ulong Combine(ulong first, ulong second) => Spread((Spread(first) * Prime) ^ second);

    private static ulong Spread(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }
}
