namespace Pipeline.Telemetry;

/// <summary>A batch of records as the table takes it: rows in the order of their keys, each id once. Not thread safe; used for one batch after the other.</summary>
internal sealed class TelemetryCopyBatch
{
    private readonly TelemetryRowFormat _format = new();
    private readonly CopyBuffer _rows = new();
    private readonly CopyBuffer _copy = new();
    private readonly HashSet<Guid> _ids = [];
    private readonly List<TelemetryRow> _sorted = [];

    /// <summary>How many rows are still to be written.</summary>
    public int Count => _sorted.Count;

    /// <summary>What <c>COPY</c> is to read. Good until the next change.</summary>
    public ReadOnlyMemory<byte> Copy => _copy.Written;

    public Guid[] Ids => [.. _sorted.Select(static row => row.Id)];

    public int[] Days => [.. _sorted.Select(static row => row.Day).Distinct()];

    /// <summary>Takes records, of those of one id the first. Nothing of theirs is needed any more then.</summary>
    /// <exception cref="TelemetryBatchRefusedException">A record is not valid, and so has no stored form.</exception>
    public void Fill(ReadOnlySpan<TelemetryRecord> records)
    {
        _rows.Clear();
        _ids.Clear();
        _sorted.Clear();
        foreach (ref readonly var record in records)
        {
            if (!record.IsValid)
            {
                throw new TelemetryBatchRefusedException("A record is not valid.");
            }

            if (_ids.Add(record.Id))
            {
                var start = _rows.Length;
                var day = _format.Write(record, _rows);
                _sorted.Add(new TelemetryRow(record.Id, day, start, _rows.Length - start));
            }
        }

        // In one order, so that two who write the same records wait for each other and do not deadlock.
        _sorted.Sort(static (x, y) => x.Day != y.Day ? x.Day.CompareTo(y.Day) : x.Id.CompareTo(y.Id));
        Compose();
    }

    /// <summary>Leaves out what is there already.</summary>
    public void Remove(HashSet<Guid> known)
    {
        _sorted.RemoveAll(row => known.Contains(row.Id));
        Compose();
    }

    private void Compose()
    {
        _copy.Clear();
        _copy.Begin();
        foreach (var row in _sorted)
        {
            _copy.Add(_rows.Written.Span.Slice(row.Start, row.Length));
        }

        _copy.End();
    }
}
