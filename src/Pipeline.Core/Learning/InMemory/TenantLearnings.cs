using System.Runtime.InteropServices;

namespace Pipeline.Learning;

/// <summary>All learnings of one tenant.</summary>
/// <remarks>Thread safe. Calls take turns under one lock, but for what takes long: a recall takes what it needs under the lock and goes through it without.</remarks>
internal sealed partial class TenantLearnings
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LearningId, LearningEntry> _entries = [];
    private readonly List<LearningEntry> _byTime = [];
    private List<EmbeddingTable> _tables = [];
    private LearningRows _rows = new();
    private WordIndex _words = new();
    private bool _isClosed;

    /// <summary>How many rows are kept, also of learnings that are gone. For tests.</summary>
    public int RowCount
    {
        get
        {
            lock (_gate)
            {
                return _rows.Capture().Length;
            }
        }
    }

    /// <summary>Records learnings, all at once.</summary>
    /// <returns>Whether it did; <see langword="false"/> where the tenant was closed meanwhile.</returns>
    public bool TryRecord(IReadOnlyList<IdentifiedLearning> learnings, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            RemoveExpired(learnings, now);
            var added = new Dictionary<LearningId, LearningEntry>();
            var embeddings = new Dictionary<EmbeddingTable, Dictionary<LearningEntry, ReadOnlyMemory<float>>>();
            foreach (var (id, record) in learnings)
            {
                if (!_entries.TryGetValue(id, out var entry) && !added.TryGetValue(id, out entry))
                {
                    added.Add(id, entry = new LearningEntry(id, record with { Embedding = null }));
                }

                if (record.Embedding is { } embedding && TableOf(embedding) is var table && !table.Has(entry))
                {
                    ref var vectors = ref CollectionsMarshal.GetValueRefOrAddDefault(embeddings, table, out _);
                    (vectors ??= []).TryAdd(entry, embedding.Vector);
                }
            }

            Add(added.Values, embeddings);
            return true;
        }
    }

    public bool Report(OutcomeReport report, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(report.LearningId, out var entry) || !entry.IsValidAt(now))
            {
                return false;
            }

            Report(entry, report.FollowUpId, new StoredReport(report.Outcome, report.Notes, now));
            return true;
        }
    }

    public long Forget(LearningFilter filter)
    {
        lock (_gate)
        {
            return Remove(_byTime.FindAll(filter.Selects));
        }
    }

    public void ForgetEmbeddings(string model)
    {
        lock (_gate)
        {
            _tables.RemoveAll(table => string.Equals(table.Model, model, StringComparison.Ordinal));
        }
    }

    public long Expire(DateTimeOffset now)
    {
        lock (_gate)
        {
            return Remove(_byTime.FindAll(entry => !entry.IsValidAt(now)));
        }
    }

    /// <summary>Refuses further learnings if there are none, so that a tenant without learnings takes no memory.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            _isClosed = _isClosed || _entries.Count == 0;
            return _isClosed;
        }
    }

    private void Report(LearningEntry entry, string followUpId, StoredReport report)
    {
        entry.Report(followUpId, report);
        _rows.NoteOutcomes(entry);
    }

    private EmbeddingTable TableOf(LearningEmbedding embedding)
    {
        var table = FindTable(embedding);
        if (table is null)
        {
            _tables.Add(table = new EmbeddingTable(embedding.Model, embedding.Dimension));
        }

        return table;
    }

    private EmbeddingTable? FindTable(LearningEmbedding embedding) => _tables.Find(table =>
        table.Dimension == embedding.Dimension && string.Equals(table.Model, embedding.Model, StringComparison.Ordinal));

    private void RemoveExpired(IReadOnlyList<IdentifiedLearning> learnings, DateTimeOffset now)
    {
        var expired = new HashSet<LearningEntry>();
        foreach (var (id, _) in learnings)
        {
            if (_entries.TryGetValue(id, out var entry) && !entry.IsValidAt(now))
            {
                expired.Add(entry);
            }
        }

        Remove(expired);
    }

    private void Add(
        IReadOnlyCollection<LearningEntry> added, Dictionary<EmbeddingTable, Dictionary<LearningEntry, ReadOnlyMemory<float>>> embeddings)
    {
        try
        {
            foreach (var entry in added)
            {
                Add(entry);
            }

            foreach (var (table, vectors) in embeddings)
            {
                table.Add([.. vectors.Select(static vector => (vector.Key, vector.Value))]);
            }
        }
        catch
        {
            // Memory that ran out in the middle must not leave half a batch.
            foreach (var (table, vectors) in embeddings)
            {
                table.Remove(vectors.Keys);
            }

            Remove(added);
            throw;
        }
    }

    private void Add(LearningEntry entry)
    {
        _rows.Add(entry);
        _words.Add(entry);
        _entries.Add(entry.Id, entry);

        // As a rule the newest comes last, and nothing has to be moved.
        _byTime.Insert(~_byTime.BinarySearch(entry, LearningOrder.Instance), entry);
    }

    private int Remove(IReadOnlyCollection<LearningEntry> removed)
    {
        if (removed.Count == 0)
        {
            return 0;
        }

        var gone = removed.ToHashSet();
        foreach (var table in _tables)
        {
            table.Remove(gone);
        }

        _tables.RemoveAll(static table => table.IsEmpty);
        _byTime.RemoveAll(gone.Contains);
        foreach (var entry in gone)
        {
            _entries.Remove(entry.Id);
            _rows.Remove(entry);
        }

        if (_rows.IsSparse)
        {
            Rebuild();
        }

        return gone.Count;
    }

    /// <summary>Gives each learning that is left a new row, so that those of the others, and what words refer to them, are got rid of.</summary>
    private void Rebuild()
    {
        var former = _rows.Capture().Span;
        var embeddings = _tables.ConvertAll(static table => (Table: table, Vectors: EmbeddingTable.Read(table.Vectors, table.Dimension).ToList()));
        var entries = new LearningEntry?[former.Length];
        (_rows, _words, _tables) = (new LearningRows(), new WordIndex(), []);
        for (var row = 0; row < former.Length; row++)
        {
            if (former[row].Entry is { } entry)
            {
                entries[row] = entry;
                _rows.Add(entry);
                _words.Add(entry);
            }
        }

        foreach (var (old, vectors) in embeddings)
        {
            var table = new EmbeddingTable(old.Model, old.Dimension);
            table.Add([.. vectors.Select(vector => (entries[vector.Row]!, vector.Vector))]);
            _tables.Add(table);
        }
    }
}
