namespace Pipeline.Caching;

/// <summary>
/// The notices that this cache's own changes will bring back to it, each of which would only drop a copy that is right. Another user of the same
/// backend instance sends notices that look alike; since no more are passed over than were caused, one too many is heeded, never one too few.
/// Thread safe.
/// </summary>
internal sealed class OwnNotices
{
    // Beyond these bounds notices are heeded, which costs a read each.
    private const int Most = 4_096;
    private const long LongestDelay = 10_000;

    private readonly Dictionary<string, (int Count, long At)> _expected = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Expects a notice of a key.</summary>
    public void Expect(string key, long now)
    {
        lock (_gate)
        {
            if (_expected.TryGetValue(key, out var expected) || _expected.Count < Most)
            {
                _expected[key] = (expected.Count + 1, now);
            }
        }
    }

    /// <summary>Takes one expected notice out, because it has come or may never come.</summary>
    /// <returns>Whether one was expected.</returns>
    public bool Take(string key, long now)
    {
        lock (_gate)
        {
            if (!_expected.Remove(key, out var expected) || now - expected.At > LongestDelay)
            {
                return false;
            }

            if (expected.Count > 1)
            {
                _expected[key] = (expected.Count - 1, expected.At);
            }

            return true;
        }
    }

    /// <summary>Forgets all, where some may have been lost.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _expected.Clear();
        }
    }
}
