namespace Pipeline.Telemetry;

/// <summary>
/// The records that wait to be written, in two lanes over one store of places, so that an accounting record can take the room of a diagnostic one.
/// </summary>
/// <remarks>Not thread safe: its sink guards it. All the memory is taken at once.</remarks>
internal sealed class RecordLanes
{
    private const int None = -1;

    private readonly TelemetryRecord[] _records;
    private readonly int[] _next;
    private readonly int _maxDiagnosticRecords;
    private readonly long _maxDiagnosticBytes;
    private readonly long _maxBytes;
    private RecordLane _accounting;
    private RecordLane _diagnostic;
    private int _free;

    public RecordLanes(TelemetryLaneOptions accounting, TelemetryLaneOptions diagnostic)
    {
        _maxDiagnosticRecords = diagnostic.MaxRecords;
        _maxDiagnosticBytes = diagnostic.MaxBytes;
        _maxBytes = accounting.MaxBytes + diagnostic.MaxBytes;
        _records = new TelemetryRecord[accounting.MaxRecords + diagnostic.MaxRecords];
        _next = new int[_records.Length];
        for (var i = 0; i < _next.Length; i++)
        {
            _next[i] = i + 1;
        }

        _next[^1] = None;
    }

    public int Count => _accounting.Count + _diagnostic.Count;

    public RecordLane Accounting => _accounting;

    public RecordLane Diagnostic => _diagnostic;

    /// <summary>Adds a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="displaced">How many diagnostic records had to go.</param>
    /// <param name="reason">Why there is no room, where there is none.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryAdd(in TelemetryRecord record, out int displaced, out TelemetryDropReason reason)
    {
        displaced = 0;
        var bytes = record.ApproximateBytes;
        var isAccounting = record.Lane == TelemetryLane.Accounting;
        if (!(isAccounting ? HasRoom(bytes, out reason) : HasDiagnosticRoom(bytes, out reason)))
        {
            return false;
        }

        for (; isAccounting && !Fits(bytes); displaced++)
        {
            Remove(ref _diagnostic, out _);
        }

        Append(ref isAccounting ? ref _accounting : ref _diagnostic, record, bytes);
        return true;
    }

    /// <summary>Takes the oldest records of a lane out.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="target">Takes the records.</param>
    /// <param name="maxBytes">At which size in memory it is enough; reduced by what was taken.</param>
    /// <returns>How many were taken.</returns>
    public int Take(TelemetryLane lane, Span<TelemetryRecord> target, ref long maxBytes)
    {
        ref var from = ref lane == TelemetryLane.Accounting ? ref _accounting : ref _diagnostic;
        var count = 0;
        for (; count < target.Length && from.Count > 0 && maxBytes > 0; count++)
        {
            Remove(ref from, out target[count]);
            maxBytes -= target[count].ApproximateBytes;
        }

        return count;
    }

    /// <summary>Lets go of all records.</summary>
    public void Clear()
    {
        while (_accounting.Count > 0)
        {
            Remove(ref _accounting, out _);
        }

        while (_diagnostic.Count > 0)
        {
            Remove(ref _diagnostic, out _);
        }
    }

    private bool HasRoom(int bytes, out TelemetryDropReason reason)
    {
        reason = _accounting.Count == _records.Length ? TelemetryDropReason.CountLimit : TelemetryDropReason.ByteLimit;
        return _accounting.Count < _records.Length && _accounting.Bytes + bytes <= _maxBytes;
    }

    private bool HasDiagnosticRoom(int bytes, out TelemetryDropReason reason)
    {
        var isCountReached = _diagnostic.Count >= _maxDiagnosticRecords || Count == _records.Length;
        reason = isCountReached ? TelemetryDropReason.CountLimit : TelemetryDropReason.ByteLimit;
        return !isCountReached && _diagnostic.Bytes + bytes <= _maxDiagnosticBytes && Fits(bytes);
    }

    private bool Fits(int bytes) => Count < _records.Length && _accounting.Bytes + _diagnostic.Bytes + bytes <= _maxBytes;

    private void Append(ref RecordLane lane, in TelemetryRecord record, int bytes)
    {
        var place = _free;
        _free = _next[place];
        _next[place] = None;
        _records[place] = record;
        if (lane.Count == 0)
        {
            lane.Head = place;
        }
        else
        {
            _next[lane.Tail] = place;
        }

        lane.Tail = place;
        lane.Count++;
        lane.Bytes += bytes;
        lane.Entered++;
    }

    private void Remove(ref RecordLane lane, out TelemetryRecord record)
    {
        var place = lane.Head;
        lane.Head = _next[place];
        record = _records[place];
        lane.Count--;
        lane.Bytes -= record.ApproximateBytes;

        // What it refers to must not live on in a place that nobody uses.
        _records[place] = default;
        _next[place] = _free;
        _free = place;
    }
}
