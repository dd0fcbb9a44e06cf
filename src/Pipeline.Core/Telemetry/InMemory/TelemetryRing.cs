namespace Pipeline.Telemetry;

/// <summary>
/// The newest records, in the order in which they came, each with a position that it keeps. Full, it forgets its oldest.
/// </summary>
/// <remarks>
/// Thread safe. A reader takes the lock for a few records at a time, so that it holds no emitter up; meanwhile the oldest can be forgotten. A record
/// that came twice is there twice: to look for it with each that comes would cost several times what keeping it costs, so whoever reads does.
/// </remarks>
internal sealed class TelemetryRing(TelemetryMemoryOptions options)
{
    private readonly Lock _gate = new();
    private readonly TelemetryRecord[] _slots = new TelemetryRecord[options.MaxRecords];
    private readonly long _maxBytes = options.MaxBytes;
    private long _oldest;
    private long _next;
    private long _bytes;
    private long _forgottenUntil = long.MinValue;

    /// <summary>How many records were added, one that was there already among them.</summary>
    public long Written => Range.End;

    /// <summary>The time from which on no record was forgotten, or <see langword="null"/> where none was.</summary>
    public DateTimeOffset? CompleteSince
    {
        get
        {
            lock (_gate)
            {
                return _forgottenUntil switch
                {
                    long.MinValue => null,
                    var ticks => new DateTimeOffset(Math.Min(ticks + TimeSpan.TicksPerMicrosecond, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero),
                };
            }
        }
    }

    /// <summary>Between which positions the records stand now, the end exclusive. Some positions in between can be empty.</summary>
    public (long Oldest, long End) Range
    {
        get
        {
            lock (_gate)
            {
                return (_oldest, _next);
            }
        }
    }

    public void Add(in TelemetryRecord record)
    {
        var bytes = record.ApproximateBytes;
        lock (_gate)
        {
            while (_next - _oldest == _slots.Length || _bytes + bytes > _maxBytes)
            {
                ForgetOldest();
            }

            _slots[_next++ % _slots.Length] = record;
            _bytes += bytes;
        }
    }

    /// <summary>Copies records out, from one position upwards.</summary>
    /// <param name="from">The position to begin with.</param>
    /// <param name="to">The position to end before.</param>
    /// <param name="target">Takes the records and says how many positions to look at.</param>
    /// <param name="positions">Takes their positions.</param>
    /// <returns>How many were copied, and where the next call goes on.</returns>
    public (int Count, long Next) Copy(long from, long to, Span<TelemetryRecord> target, Span<long> positions)
    {
        lock (_gate)
        {
            var position = Math.Max(from, _oldest);
            var end = Math.Min(to, position + target.Length);
            var count = 0;
            for (; position < end; position++)
            {
                ref readonly var record = ref SlotOf(position);
                if (record.Id != Guid.Empty)
                {
                    positions[count] = position;
                    target[count++] = record;
                }
            }

            return (count, position);
        }
    }

    /// <summary>Copies the records at some positions out; those that were forgotten meanwhile are left out.</summary>
    public int CopyAt(ReadOnlySpan<long> positions, Span<TelemetryRecord> target)
    {
        lock (_gate)
        {
            var count = 0;
            foreach (var position in positions)
            {
                if (position >= _oldest && SlotOf(position).Id != Guid.Empty)
                {
                    target[count++] = SlotOf(position);
                }
            }

            return count;
        }
    }

    /// <summary>Erases a record, unless it was forgotten or erased meanwhile.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Erase(long position)
    {
        lock (_gate)
        {
            if (position < _oldest || SlotOf(position).Id == Guid.Empty)
            {
                return false;
            }

            Clear(ref SlotOf(position));
            return true;
        }
    }

    private void ForgetOldest()
    {
        ref var record = ref SlotOf(_oldest++);
        if (record.Id != Guid.Empty)
        {
            _forgottenUntil = Math.Max(_forgottenUntil, record.Time.Ticks);
            Clear(ref record);
        }
    }

    private void Clear(ref TelemetryRecord record)
    {
        _bytes -= record.ApproximateBytes;
        record = default;
    }

    private ref TelemetryRecord SlotOf(long position) => ref _slots[position % _slots.Length];
}
