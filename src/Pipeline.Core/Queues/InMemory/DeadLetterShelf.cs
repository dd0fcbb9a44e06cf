namespace Pipeline.Queues;

/// <summary>The dead letters of an in-memory queue in the order of their death.</summary>
internal sealed class DeadLetterShelf
{
    private readonly SortedSet<ShelvedLetter> _bySequence = new(Comparer<ShelvedLetter>.Create(static (a, b) => a.Sequence.CompareTo(b.Sequence)));
    private readonly Dictionary<Guid, ShelvedLetter> _byId = [];

    public int Count => _bySequence.Count;

    /// <summary>The sequence of the last letter ever added.</summary>
    public long LastSequence { get; private set; }

    public bool Contains(Guid messageId) => _byId.ContainsKey(messageId);

    public void Add(DeadLetter letter)
    {
        var shelved = new ShelvedLetter(++LastSequence, letter);
        _bySequence.Add(shelved);
        _byId.Add(letter.Message.Id, shelved);
    }

    public void Remove(ShelvedLetter shelved)
    {
        _bySequence.Remove(shelved);
        _byId.Remove(shelved.Letter.Message.Id);
    }

    /// <summary>The letters after one sequence and up to another that a filter selects, oldest first.</summary>
    public IEnumerable<ShelvedLetter> Select(DeadLetterFilter filter, long after = 0, long upTo = long.MaxValue)
    {
        if (after >= upTo)
        {
            return [];
        }

        // Ids are looked up, so that acting on one letter does not read all of them.
        var candidates = filter.MessageIds is { } ids
            ? ids.Distinct().Select(id => _byId.GetValueOrDefault(id)).OfType<ShelvedLetter>().OrderBy(s => s.Sequence).Where(s => s.Sequence > after && s.Sequence <= upTo)
            : _bySequence.GetViewBetween(ShelvedLetter.Bound(after + 1), ShelvedLetter.Bound(upTo));
        return candidates.Where(s => filter.Matches(s.Letter));
    }
}
