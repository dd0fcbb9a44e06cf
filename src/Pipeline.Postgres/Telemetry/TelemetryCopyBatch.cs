using System.Runtime.InteropServices;

namespace Pipeline.Telemetry;

/// <summary>A batch of records as the table takes it: rows in the order of their keys, each id once. Used for one batch after the other.</summary>
/// <remarks>Not thread safe, but for <see cref="Write"/>.</remarks>
internal sealed class TelemetryCopyBatch
{
    private readonly Lock _writing = new();
    private readonly TelemetryRowFormat _format = new();
    private readonly CopyBuffer _copy = new();
    private readonly List<TelemetryRow> _rows = [];
    private ReadOnlyMemory<TelemetryRecord> _records;

    /// <summary>How many rows are still to be written.</summary>
    public int Count => _rows.Count;

    /// <summary>What <c>COPY</c> is to read. Good until the next change.</summary>
    public ReadOnlyMemory<byte> Copy => _copy.Written;

    public Guid[] Ids => [.. _rows.Select(static row => row.Id)];

    public int[] Days => [.. _rows.Select(static row => row.Day).Distinct()];

    /// <summary>Takes records, which are not to change until they are written.</summary>
    /// <exception cref="TelemetryBatchRefusedException">A record is not valid, and so has no stored form.</exception>
    public void Take(ReadOnlyMemory<TelemetryRecord> records)
    {
        _rows.Clear();
        foreach (ref readonly var record in records.Span)
        {
            if (!record.IsValid)
            {
                throw new TelemetryBatchRefusedException("A record is not valid.");
            }

            _rows.Add(new TelemetryRow(record.Id, TelemetryIds.DayOf(record.Id), _rows.Count));
        }

        _records = records;
    }

    /// <summary>Writes the records that were taken, of those of one id the first; nothing of theirs is needed any more then. A second time it does nothing.</summary>
    public void Write()
    {
        lock (_writing)
        {
            if (_records.IsEmpty)
            {
                return;
            }

            // In one order, so that two who write the same records wait for each other and do not deadlock.
            _rows.Sort(TelemetryRow.Order);
            _copy.Begin();
            var records = _records.Span;
            var rows = CollectionsMarshal.AsSpan(_rows);
            var count = 0;
            foreach (var row in rows)
            {
                if (count == 0 || row.Id != rows[count - 1].Id)
                {
                    var start = _copy.Length;
                    _format.Write(records[row.Index], row.Day, _copy);
                    rows[count++] = row with { Start = start, Length = _copy.Length - start };
                }
            }

            End(count);
            _records = default;
        }
    }

    /// <summary>Leaves out what is there already.</summary>
    public void Remove(HashSet<Guid> known)
    {
        _copy.Begin();
        var rows = CollectionsMarshal.AsSpan(_rows);
        var count = 0;
        foreach (var row in rows)
        {
            if (!known.Contains(row.Id))
            {
                var start = _copy.Length;
                _copy.Repeat(row.Start, row.Length);
                rows[count++] = row with { Start = start };
            }
        }

        End(count);
    }

    private void End(int count)
    {
        _rows.RemoveRange(count, _rows.Count - count);
        _copy.End();
    }
}
