using System.Collections.Concurrent;

namespace Pipeline.Caching;

/// <summary>
/// The generations that a process knows, from a moment on from which it hears of every invalidation; when it no longer does, it begins
/// with another of these. Thread safe; reading takes no lock.
/// </summary>
/// <remarks>
/// <para>Bounded: what has not been used while <see cref="Capacity"/> others came is forgotten. What a call has read is noted where new ones were
/// noted when the call began (<see cref="Page"/>). An invalidation that was heard meanwhile stands there or on a younger page, and is
/// not forgotten before it: so what was read too early never stands alone.</para>
/// <para>A generation is read again once it was not confirmed for <see cref="ConfirmAfter"/>, which bounds what a notice can do that was lost between
/// two nodes of a cluster, where no connection of ours breaks.</para>
/// </remarks>
internal sealed class KnownGenerations(TimeProvider time, int capacity = KnownGenerations.Capacity)
{
    /// <summary>How many tags a page holds; there are two.</summary>
    public const int Capacity = 32_768;

    /// <summary>How long a generation is believed that nobody told again.</summary>
    public static readonly TimeSpan ConfirmAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private volatile Page _young = new(older: null);

    /// <summary>Where what a call that begins now reads will be noted.</summary>
    public Page Current => _young;

    /// <summary>Judges the tags of an entry.</summary>
    public TagVerdict Judge(TagGenerations tags)
    {
        var page = _young;
        var now = time.GetTimestamp();
        var verdict = TagVerdict.Current;
        foreach (ref readonly var tag in tags.AsSpan())
        {
            if (Find(page, tag.Tag) is not { } known)
            {
                verdict = TagVerdict.Unknown;
            }
            else if (tag.Generation < known.Number)
            {
                return TagVerdict.Outdated;
            }
            else if (time.GetElapsedTime(known.ConfirmedAt, now) >= ConfirmAfter)
            {
                verdict = TagVerdict.Unknown;
            }
        }

        return verdict;
    }

    /// <summary>Notes an invalidation that was heard or made.</summary>
    public void Raise(string tag, long generation) => Note(_young, tag, generation);

    /// <summary>Notes what the server told.</summary>
    /// <param name="page">What <see cref="Current"/> was before the server was asked.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="generation">Its generation.</param>
    public void Note(Page page, string tag, long generation)
    {
        Add(page, tag, new KnownGeneration(generation, time.GetTimestamp()));
        if (page.Count < capacity)
        {
            return;
        }

        lock (_gate)
        {
            if (_young == page)
            {
                page.Forget();
                _young = new Page(page);
            }
        }
    }

    private static KnownGeneration? Find(Page page, string tag)
    {
        var isYoung = page.Tags.TryGetValue(tag, out var young);
        if (page.Older is not { } older || !older.Tags.TryGetValue(tag, out var old))
        {
            return isYoung ? young : null;
        }

        if (!isYoung)
        {
            // What is in use moves on, or it would be forgotten.
            Add(page, tag, old);
        }

        return isYoung && young.Number >= old.Number ? young : old;
    }

    private static void Add(Page page, string tag, KnownGeneration told)
    {
        while (true)
        {
            if (!page.Tags.TryGetValue(tag, out var known))
            {
                if (page.Tags.TryAdd(tag, told))
                {
                    page.CountOne();
                    return;
                }
            }
            else if (told.Number < known.Number || page.Tags.TryUpdate(tag, told, known))
            {
                return;
            }
        }
    }

    /// <summary>Generations that were noted at about the same time.</summary>
    internal sealed class Page(Page? older)
    {
        private volatile Page? _older = older;
        private int _count;

        public ConcurrentDictionary<string, KnownGeneration> Tags { get; } = new(StringComparer.Ordinal);

        public Page? Older => _older;

        public int Count => Volatile.Read(ref _count);

        public void CountOne() => Interlocked.Increment(ref _count);

        public void Forget() => _older = null;
    }
}
