namespace Pipeline.Learning;

/// <summary>A row for each of a tenant's learnings, in the order in which they came. Changed under the tenant's lock.</summary>
/// <remarks>
/// A row is never given to another learning, so a recall that began before a change pairs no embedding or word with a learning that it is not of. Rows
/// of learnings that are gone are got rid of by making the table anew.
/// </remarks>
internal sealed class LearningRows
{
    private const int FirstCapacity = 8;

    // Below this, making the table anew would cost more calls than it frees memory.
    private const int LeastDead = 256;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private LearningRow[] _rows = new LearningRow[FirstCapacity];
    private int _count;
    private int _live;

    /// <summary>Whether most rows are those of learnings that are gone.</summary>
    public bool IsSparse => _count - _live >= LeastDead && _live < _count / 2;

    /// <summary>The rows as far as they are filled. What is read of them later shows what has changed by then.</summary>
    public ReadOnlyMemory<LearningRow> Capture() => _rows.AsMemory(0, _count);

    public void Add(LearningEntry entry)
    {
        if (_count == _rows.Length)
        {
            // Not in place: a recall may still be going through the old ones.
            Array.Resize(ref _rows, _rows.Length * 2);
        }

        var record = entry.Record;
        _rows[_count] = new LearningRow
        {
            Entry = entry,
            Created = record.Created.UtcTicks,
            ValidUntil = record.ValidUntil?.UtcTicks ?? long.MaxValue,
            Success = entry.Stored.Outcomes.SuccessFactor,
            Severity = record.Severity,
            Collection = Intern(record.Collection),
            Step = Intern(record.Step),
            Agent = record.Agent is null ? null : Intern(record.Agent),
        };
        entry.Row = _count++;
        _live++;
    }

    public void Remove(LearningEntry entry)
    {
        if (entry.Row != LearningEntry.NoRow)
        {
            _rows[entry.Row].Entry = null;
            entry.Row = LearningEntry.NoRow;
            _live--;
        }
    }

    public void NoteOutcomes(LearningEntry entry) => _rows[entry.Row].Success = entry.Stored.Outcomes.SuccessFactor;

    /// <summary>The one text of a name's content in this table; <see langword="null"/> where there is none.</summary>
    public string? FindName(string name) => _names.GetValueOrDefault(name);

    private string Intern(string name)
    {
        if (!_names.TryGetValue(name, out var known))
        {
            _names.Add(name, known = name);
        }

        return known;
    }
}
