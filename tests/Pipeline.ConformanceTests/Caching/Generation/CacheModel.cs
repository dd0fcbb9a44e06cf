using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.Generation;

/// <summary>What a cache does, as simply as it can be said: a dictionary, and a count of invalidations for each tag.</summary>
internal sealed class CacheModel(ModelTime time)
{
    private readonly Dictionary<string, ModelPlace> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _invalidations = new(StringComparer.Ordinal);
    private readonly List<(string Tag, int Invalidations, long Generation)> _generations = [];
    private readonly Dictionary<string, ModelLease> _leases = new(StringComparer.Ordinal);

    /// <summary>The keys that must have been announced.</summary>
    public HashSet<string> Announced { get; } = new(StringComparer.Ordinal);

    /// <summary>The keys that may have been announced besides.</summary>
    public HashSet<string> PerhapsAnnounced { get; } = new(StringComparer.Ordinal);

    /// <summary>The tags that were invalidated, and how often.</summary>
    public IReadOnlyDictionary<string, int> Invalidations => _invalidations;

    /// <summary>Takes down generations that the backend gave, and makes sure that they grew with each invalidation and only with one.</summary>
    public ModelGenerations ReadGenerations(TagGenerations actual)
    {
        foreach (var one in actual)
        {
            var count = InvalidationsOf(one.Tag);
            if (_generations.FindLastIndex(known => known.Tag == one.Tag) is >= 0 and var index)
            {
                var last = _generations[index];
                Ensure.That(
                    count == last.Invalidations ? one.Generation == last.Generation : one.Generation > last.Generation,
                    $"The generation of {one.Tag} was {last.Generation} and is {one.Generation} after {count - last.Invalidations} invalidations.");
            }

            _generations.Add((one.Tag, count, one.Generation));
        }

        return new(actual, actual.ToDictionary<TagGeneration, string, int>(one => one.Tag, one => InvalidationsOf(one.Tag), StringComparer.Ordinal));
    }

    /// <summary>Makes sure that the generations that were announced for a tag lie between those that were read.</summary>
    public void JudgeAnnounced(string tag, IReadOnlySet<long> announced)
    {
        foreach (var (_, count, generation) in _generations.Where(known => known.Tag == tag))
        {
            var before = announced.Count(one => one <= generation);
            Ensure.That(before == count, $"{before} invalidations up to {generation} were announced; {count} had been made when that was read.");
        }
    }

    public void Invalidate(string tag) => _invalidations[tag] = InvalidationsOf(tag) + 1;

    /// <summary>Judges a read.</summary>
    /// <returns>The entry that has to be returned, or <see langword="null"/> if nothing may be.</returns>
    public ModelEntry? Read(string key, bool allowStale, bool isFound)
    {
        var place = PlaceOf(key);
        if (Standing(place) is not { } entry || (!allowStale && time.Now >= entry.FreshUntil))
        {
            return null;
        }

        if (!isFound && place.MayBeEmpty)
        {
            place.Entry = null;
            return null;
        }

        Confirm(place);
        if (time.Now < entry.FreshUntil)
        {
            entry.Use(time.Now);
        }

        return entry;
    }

    public void Set(string key, string text, CacheEntryOptions options, ModelGenerations tags)
    {
        var place = PlaceOf(key);
        var entry = new ModelEntry(text, options, tags, time.Now);
        if (IsValid(entry))
        {
            place.Entry = entry;
            place.MayBeEmpty = false;
            place.RemainsUntil = default;
        }
        else
        {
            Bury(place);
            place.MayBeEmpty = place.Entry is not null;
            LeaveRemains(place, entry);
        }

        if (options.AnnounceChange)
        {
            (IsValid(entry) ? Announced : PerhapsAnnounced).Add(key);
        }
    }

    /// <summary>Makes sure that an add answered as it should have.</summary>
    public void Add(string key, string text, CacheEntryOptions options, ModelGenerations tags, bool isAdded)
    {
        var place = PlaceOf(key);
        if (Standing(place) is not null)
        {
            Ensure.That(!isAdded || place.MayBeEmpty, "The entry was added, though one stands there.");
            if (!isAdded)
            {
                Confirm(place);
                return;
            }

            place.Entry = null;
        }
        else
        {
            Ensure.That(
                isAdded || !IsValid(new ModelEntry(text, options, tags, time.Now)), "The entry was not added, though nothing stands there.");
        }

        Set(key, text, options, tags);
    }

    /// <summary>Makes sure that a removal answered as it should have.</summary>
    public void Remove(string key, bool isRemoved)
    {
        var place = PlaceOf(key);
        var stands = Standing(place) is not null;
        Bury(place);
        var isFree = place.MayBeEmpty || (!stands && time.Now < place.RemainsUntil);
        Ensure.That(isFree || isRemoved == stands, $"The removal said {isRemoved}, though {(stands ? "an entry" : "nothing")} stood there.");
        _places.Remove(key);
        Announced.Add(key);
    }

    /// <summary>The lease that is held on a key.</summary>
    public ModelLease? FindLease(string key) => _leases.TryGetValue(key, out var lease) && time.Now < lease.Until ? lease : null;

    public void Take(ModelLease lease) => _leases[lease.Taken.Key] = lease;

    public void Release(string key) => _leases.Remove(key);

    private static void Confirm(ModelPlace place)
    {
        place.MayBeEmpty = false;
        place.RemainsUntil = default;
    }

    private static void LeaveRemains(ModelPlace place, ModelEntry entry) =>
        place.RemainsUntil = entry.GoneBy > place.RemainsUntil ? entry.GoneBy : place.RemainsUntil;

    private ModelPlace PlaceOf(string key)
    {
        if (!_places.TryGetValue(key, out var place))
        {
            _places.Add(key, place = new ModelPlace());
        }

        return place;
    }

    /// <summary>What a reader who allows stale would get.</summary>
    private ModelEntry? Standing(ModelPlace place) =>
        place.Entry is { } entry && IsValid(entry) && time.Now < entry.KeepUntil ? entry : null;

    /// <summary>Takes an entry away that no reader gets any more.</summary>
    private void Bury(ModelPlace place)
    {
        if (place.Entry is not { } entry || Standing(place) is not null)
        {
            return;
        }

        // What is past its keep time is gone; what a tag invalidated may lie there until then.
        if (!IsValid(entry))
        {
            LeaveRemains(place, entry);
        }

        place.Entry = null;
        place.MayBeEmpty = false;
    }

    private bool IsValid(ModelEntry entry) => entry.Tags.Invalidations.All(tag => tag.Value == InvalidationsOf(tag.Key));

    private int InvalidationsOf(string tag) => _invalidations.GetValueOrDefault(tag);
}
