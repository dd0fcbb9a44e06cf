using System.Collections.Concurrent;

namespace Pipeline.Caching;

/// <summary>The generations of tags. Thread safe; reading the generation of a known tag takes no lock.</summary>
/// <remarks>
/// <para>All numbers come from one counter. So a tag may be forgotten: when it is asked for again it gets a number above all that were ever
/// given, and whatever carries it counts as invalidated, which is safe.</para>
/// <para>A tag that an entry of the store carries is not forgotten; of the others, a certain number is remembered. So the table is
/// bounded, since the entries are.</para>
/// </remarks>
internal sealed class TagTable(int mostIdle, long firstGeneration)
{
    private const int MostSteps = 128;

    private readonly ConcurrentDictionary<string, CacheTag> _tags = new(concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);
    private readonly Queue<CacheTag> _line = new();
    private readonly Lock _gate = new();
    private long _lastGeneration = firstGeneration - 1;
    private long _invalidations;

    public int Count => _tags.Count;

    /// <summary>How many invalidations there have been: while it stands still, what was valid is valid.</summary>
    public long Invalidations => Volatile.Read(ref _invalidations);

    /// <summary>Reads the generation of a tag; one that is not known gets one.</summary>
    public long Read(string tag)
    {
        if (!_tags.TryGetValue(tag, out var known))
        {
            return Add(tag).Generation;
        }

        // Written once only, or the processors would take a popular tag's memory from each other.
        if (!known.IsUsed)
        {
            known.IsUsed = true;
        }

        return known.Generation;
    }

    /// <summary>Invalidates a tag.</summary>
    /// <returns>Its new generation.</returns>
    public long Invalidate(string tag)
    {
        lock (_gate)
        {
            var generation = ++_lastGeneration;
            if (_tags.TryGetValue(tag, out var known))
            {
                known.Generation = generation;
            }
            else
            {
                AddNew(tag, generation);
            }

            Volatile.Write(ref _invalidations, _invalidations + 1);
            return generation;
        }
    }

    public bool AreCurrent(TagGenerations tags)
    {
        foreach (ref readonly var tag in tags.AsSpan())
        {
            if (!_tags.TryGetValue(tag.Tag, out var known) || known.Generation > tag.Generation)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Keeps an entry's tags from being forgotten.</summary>
    /// <returns>The tags; <see langword="null"/> if one is no longer known, so that the entry is not valid.</returns>
    public CacheTag[]? Hold(TagGenerations tags)
    {
        var held = new CacheTag[tags.Count];
        lock (_gate)
        {
            for (var i = 0; i < held.Length; i++)
            {
                if (!_tags.TryGetValue(tags[i].Tag, out var known))
                {
                    return null;
                }

                held[i] = known;
            }

            foreach (var tag in held)
            {
                tag.Holders++;
            }
        }

        return held;
    }

    public void Release(CacheTag[] held)
    {
        lock (_gate)
        {
            foreach (var tag in held)
            {
                if (--tag.Holders == 0)
                {
                    StandInLine(tag);
                }
            }
        }
    }

    private CacheTag Add(string tag)
    {
        lock (_gate)
        {
            return _tags.TryGetValue(tag, out var known) ? known : AddNew(tag, ++_lastGeneration);
        }
    }

    private CacheTag AddNew(string tag, long generation)
    {
        var added = new CacheTag(tag, generation);
        _tags[tag] = added;
        StandInLine(added);
        return added;
    }

    private void StandInLine(CacheTag tag)
    {
        if (tag.IsInLine)
        {
            return;
        }

        tag.IsInLine = true;
        _line.Enqueue(tag);
        for (var step = 0; _line.Count > mostIdle; step++)
        {
            var first = _line.Dequeue();
            if (first.Holders > 0)
            {
                first.IsInLine = false;
            }
            else if (first.IsUsed && step < MostSteps)
            {
                first.IsUsed = false;
                _line.Enqueue(first);
            }
            else
            {
                _tags.TryRemove(first.Name, out _);
            }
        }
    }
}
