using System.Collections.Concurrent;

namespace Pipeline.Caching;

/// <summary>
/// What this process knows of invalidations, as a version that grows with each. An entry is judged once a version, so that a hit costs a
/// comparison of two numbers. Thread safe; reading takes no lock.
/// </summary>
internal sealed class KnownTags(int capacity = KnownTags.DefaultCapacity)
{
    private const int DefaultCapacity = 16_384;
    private const long NotInterrupted = -1;

    private readonly ConcurrentDictionary<string, KnownTag> _tags = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _count;
    private long _version = 1;
    private long _confirmFrom;
    private long _interruptedAt = NotInterrupted;

    /// <summary>Grows whenever an entry that was good may no longer be.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>What was made or confirmed at a lesser version may have missed an invalidation, and must be confirmed by the backend.</summary>
    public long ConfirmFrom => Volatile.Read(ref _confirmFrom);

    /// <summary>Since when the feed has been interrupted, an instant of <see cref="CacheClock.Now"/>; negative while it is not.</summary>
    public long InterruptedAt => Volatile.Read(ref _interruptedAt);

    /// <summary>Whether an invalidation of the tag is remembered.</summary>
    public bool Knows(string tag) => _tags.ContainsKey(tag);

    /// <summary>Whether none of the tags has been invalidated since.</summary>
    /// <param name="tags">The tags.</param>
    /// <param name="born">The version at which the making of the value began.</param>
    public bool AreCurrent(EntryTags tags, long born)
    {
        var generations = tags.Generations;
        foreach (var name in tags.Names)
        {
            if (!_tags.TryGetValue(name, out var known))
            {
                continue;
            }

            if (known.InvalidatedAt > born || (generations is null && known.RaisedAt > born))
            {
                return false;
            }

            if (generations is not null && generations.TryGetGeneration(name, out var generation) && generation < known.Generation)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Notes an invalidation by this process, whose generation only the backend knows.</summary>
    public void Invalidate(string tag)
    {
        lock (_gate)
        {
            Find(tag).InvalidatedAt = _version + 1;
            Advance();
        }
    }

    /// <summary>Notes what the feed told of a tag.</summary>
    public void Raise(string tag, long generation)
    {
        lock (_gate)
        {
            var known = Find(tag);
            if (generation <= known.Generation)
            {
                return;
            }

            known.Generation = generation;
            known.RaisedAt = _version + 1;
            Advance();
        }
    }

    /// <summary>Notes that invalidations may be missed from now on.</summary>
    public void Interrupt(long now)
    {
        lock (_gate)
        {
            if (_interruptedAt < 0)
            {
                Volatile.Write(ref _interruptedAt, now);
                Advance();
            }
        }
    }

    /// <summary>Notes that invalidations may have been missed, and are no longer.</summary>
    public void Resync()
    {
        lock (_gate)
        {
            Volatile.Write(ref _interruptedAt, NotInterrupted);
            Volatile.Write(ref _confirmFrom, _version + 1);
            Advance();
        }
    }

    private KnownTag Find(string tag)
    {
        if (_tags.TryGetValue(tag, out var known))
        {
            return known;
        }

        if (_count >= capacity)
        {
            Forget();
        }

        _count++;
        return _tags[tag] = new KnownTag();
    }

    // What is forgotten could no longer make an older entry invalid. Younger ones have the invalidation behind them.
    private void Forget()
    {
        var oldest = _tags.OrderBy(tag => tag.Value.LastVersion).Take((capacity / 2) + 1).ToArray();
        Volatile.Write(ref _confirmFrom, Math.Max(_confirmFrom, oldest[^1].Value.LastVersion));
        foreach (var (name, _) in oldest)
        {
            _tags.TryRemove(name, out _);
        }

        _count -= oldest.Length;
    }

    // Last, so that who reads the new version finds what it stands for.
    private void Advance() => Volatile.Write(ref _version, _version + 1);
}
