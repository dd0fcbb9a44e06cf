namespace Pipeline.Learning;

/// <content>What is read.</content>
internal sealed partial class TenantLearnings
{
    public StoredLearning? Get(LearningId id, DateTimeOffset now)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(id, out var entry) && entry.IsValidAt(now) ? entry.Stored : null;
        }
    }

    /// <summary>Takes what a recall looks through.</summary>
    /// <returns>What it is to look through, or <see langword="null"/> where there is nothing to be found.</returns>
    public RecallSource? FindSource(RecallQuery query)
    {
        lock (_gate)
        {
            var filter = new RowFilter(query.Filter, _rows);
            if (filter.IsEmpty)
            {
                return null;
            }

            var rows = _rows.Capture();
            if (query.Embedding is { } embedding)
            {
                return FindTable(embedding) is { } table ? new RecallSource.ByEmbedding(rows, filter, table.Vectors, embedding) : null;
            }

            return query.Text is { } text
                ? new RecallSource.ByWords(rows, filter, _words, text, isZeroIncluded: query.MinScore <= 0)
                : new RecallSource.Everything(rows, filter);
        }
    }

    public LearningPage Query(LearningFilter filter, int limit, LearningPosition? after, DateTimeOffset now)
    {
        var items = new List<StoredLearning>();
        lock (_gate)
        {
            for (var i = (after is { } position ? CountBefore(position) : _byTime.Count) - 1; i >= 0; i--)
            {
                var entry = _byTime[i];
                if (!entry.IsValidAt(now) || !filter.Selects(entry))
                {
                    continue;
                }

                if (items.Count == limit)
                {
                    return new LearningPage(items, new LearningPosition(items[^1].Record.Created, items[^1].Id));
                }

                items.Add(entry.Stored);
            }
        }

        return new LearningPage(items, Next: null);
    }

    public IReadOnlyList<OutcomeStatistics> Outcomes(LearningFilter filter, DateTimeOffset now)
    {
        LearningEntry[] entries;
        lock (_gate)
        {
            entries = [.. _byTime];
        }

        var sums = new OutcomeSums();
        foreach (var entry in entries)
        {
            if (entry.IsValidAt(now) && filter.Selects(entry))
            {
                sums.Add(entry.Stored);
            }
        }

        return sums.ToStatistics();
    }

    /// <summary>How many learnings come before a position, oldest first.</summary>
    private int CountBefore(LearningPosition position)
    {
        var (low, high) = (0, _byTime.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (LearningOrder.Compare(LearningOrder.PositionOf(_byTime[middle]), position) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
