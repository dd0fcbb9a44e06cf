using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>The best candidates so far, of which it keeps a bounded number.</summary>
internal sealed class BestCandidates(RecallQuery query, RowFilter filter, DateTimeOffset now, int capacity)
{
    private static readonly Comparer<RankedEntry> WorstFirst = Comparer<RankedEntry>.Create(RankedEntry.Compare);

    private readonly PriorityQueue<RankedEntry, RankedEntry> _kept = new(WorstFirst);
    private readonly long _now = now.UtcTicks;
    private double _floor = query.MinScore;

    /// <summary>Whether there was no room for some, which may have been good enough.</summary>
    public bool HasOverflowed { get; private set; }

    public bool MaySelect(in LearningRow row) => row.ValidUntil > _now && filter.MaySelect(row);

    public bool Selects(LearningEntry entry) => entry.IsValidAt(now) && filter.Selects(entry);

    /// <summary>Takes a learning if it is among the best and the filter selects it: what takes least time is asked first.</summary>
    public void Offer(in LearningRow row, double similarity, SegmentStorage? vectors = null, int slot = 0)
    {
        var score = similarity * row.Success;
        if (!IsAboveFloor(score) || !MaySelect(row))
        {
            return;
        }

        score *= RecencyOf(row.Created);
        if (IsAboveFloor(score) && row.Entry is { } entry && filter.Selects(entry))
        {
            Keep(new RankedEntry(entry, similarity, score, vectors, slot));
        }
    }

    /// <summary>Hands out what was kept, the best first. Nothing can be offered afterwards.</summary>
    public List<RankedEntry> TakeAll()
    {
        var all = new List<RankedEntry>(_kept.Count);
        while (_kept.TryDequeue(out var candidate, out _))
        {
            all.Add(candidate);
        }

        all.Reverse();
        return all;
    }

    // As LearningScore.Compute has it, which a factor at a time can be left out by.
    private double RecencyOf(long created) =>
        query.HalfLife is not { } half || created >= _now ? 1 : Math.Pow(0.5, new TimeSpan(_now - created) / half);

    private bool IsAboveFloor(double score)
    {
        var isAbove = score >= _floor;
        HasOverflowed |= !isAbove && _kept.Count == capacity;
        return isAbove;
    }

    private void Keep(in RankedEntry candidate)
    {
        if (_kept.Count < capacity)
        {
            _kept.Enqueue(candidate, candidate);
        }
        else
        {
            HasOverflowed = true;
            _kept.EnqueueDequeue(candidate, candidate);
        }

        if (_kept.Count == capacity)
        {
            _floor = _kept.Peek().Score;
        }
    }
}
