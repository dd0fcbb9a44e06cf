namespace Pipeline.State;

/// <summary>A key of an in-memory store, and what stands there.</summary>
internal sealed class StateRow(string key)
{
    public static IComparer<StateRow> Order { get; } = Comparer<StateRow>.Create(static (a, b) => Compare(a.Key, b.Key));

    public string Key { get; } = key;

    public StateEntry Entry { get; set; }

    /// <summary>Its place among all rows of the space.</summary>
    public int Index { get; set; }

    public bool IsExpired(DateTimeOffset now) => Entry.ExpiresAt <= now;

    // The order of UTF-8 is that of the code points. UTF-16 has it too, but for surrogates, which stand below what they are above.
    private static int Compare(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length)
        {
            return a.Length.CompareTo(b.Length);
        }

        var (isHighA, isHighB) = (char.IsSurrogate(a[at]), char.IsSurrogate(b[at]));
        return isHighA == isHighB ? a[at].CompareTo(b[at]) : isHighA.CompareTo(isHighB);
    }
}
