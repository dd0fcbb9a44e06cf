namespace Pipeline.Caching;

/// <summary>
/// The generations that a process knows, from a moment on from which it hears of every invalidation; when it no longer does, it begins
/// with another of these.
/// </summary>
/// <remarks>
/// <para>For the authors of backends. Thread safe; reading takes no lock.</para>
/// <para>Bounded: what has not been used while as many others came as fit is forgotten. What a call has read is noted where new ones were
/// noted when the call began (<see cref="Current"/>). An invalidation that was heard meanwhile stands there or on a younger page, and is
/// not forgotten before it: so what was read too early never stands alone.</para>
/// <para>A generation is <see cref="TagVerdict.Unknown"/> again once it was not confirmed for <see cref="ConfirmAfter"/>, which bounds what a notice can do that
/// was lost where no connection of the process breaks.</para>
/// </remarks>
public sealed class KnownGenerations
{
    /// <summary>How many tags a page holds where nothing else is said: 32,768. There are two pages.</summary>
    public const int DefaultCapacity = 32_768;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly int _capacity;
    private volatile KnownGenerationsPage _young = new(older: null);

    /// <summary>Makes one that knows nothing yet.</summary>
    /// <param name="time">The process's clock.</param>
    /// <param name="capacity">How many tags a page holds, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is less than 1.</exception>
    public KnownGenerations(TimeProvider time, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (_time, _capacity) = (time, capacity);
    }

    /// <summary>How long a generation is believed that nobody told again: 1 minute.</summary>
    public static TimeSpan ConfirmAfter { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Where what a call that begins now reads will be noted.</summary>
    public KnownGenerationsPage Current => _young;

    /// <summary>Judges the tags of an entry.</summary>
    /// <param name="tags">The tags.</param>
    /// <returns>What is known of them. Where one is outdated, the others do not matter.</returns>
    public TagVerdict Judge(TagGenerations tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var page = _young;
        var now = _time.GetTimestamp();
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
            else if (_time.GetElapsedTime(known.ConfirmedAt, now) >= ConfirmAfter)
            {
                verdict = TagVerdict.Unknown;
            }
        }

        return verdict;
    }

    /// <summary>Notes an invalidation that was heard or made.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="generation">Its new generation.</param>
    public void Raise(string tag, long generation) => Note(_young, tag, generation);

    /// <summary>Notes what the server told.</summary>
    /// <param name="page">What <see cref="Current"/> was before the server was asked.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="generation">Its generation.</param>
    public void Note(KnownGenerationsPage page, string tag, long generation)
    {
        ArgumentNullException.ThrowIfNull(page);
        Add(page, tag, new KnownGeneration(generation, _time.GetTimestamp()));
        if (page.Count < _capacity)
        {
            return;
        }

        lock (_gate)
        {
            if (_young == page)
            {
                page.Forget();
                _young = new KnownGenerationsPage(page);
            }
        }
    }

    private static KnownGeneration? Find(KnownGenerationsPage page, string tag)
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

    private static void Add(KnownGenerationsPage page, string tag, KnownGeneration told)
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
}
