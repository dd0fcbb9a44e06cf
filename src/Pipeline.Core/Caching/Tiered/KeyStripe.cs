namespace Pipeline.Caching;

/// <summary>A part of the <see cref="FlightTable"/>: the work of some keys, and the lock that guards it.</summary>
internal sealed class KeyStripe
{
    private readonly Dictionary<string, KeyWork> _newest = new(StringComparer.Ordinal);

    public Lock Gate { get; } = new();

    /// <summary>How many keys have work.</summary>
    public int Count
    {
        get
        {
            lock (Gate)
            {
                return _newest.Count;
            }
        }
    }

    /// <summary>How many flights have given back a lease.</summary>
    public long LeasesEnded { get; set; }

    public KeyWork? Newest(string key) => _newest.GetValueOrDefault(key);

    public void Add(KeyWork work)
    {
        work.Older = Newest(work.Key);
        _newest[work.Key] = work;
    }

    public void Remove(KeyWork work)
    {
        if (!_newest.TryGetValue(work.Key, out var newest))
        {
            return;
        }

        if (ReferenceEquals(newest, work))
        {
            RemoveNewest(work);
            return;
        }

        for (var at = newest; at.Older is { } older; at = older)
        {
            if (ReferenceEquals(older, work))
            {
                at.Older = older.Older;
                older.Older = null;
                return;
            }
        }
    }

    private void RemoveNewest(KeyWork work)
    {
        if (work.Older is { } next)
        {
            _newest[work.Key] = next;
            work.Older = null;
        }
        else
        {
            _newest.Remove(work.Key);
        }
    }
}
