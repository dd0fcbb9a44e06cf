namespace Pipeline.Telemetry;

internal sealed partial class SpillLog
{
    private byte[] _chunk = [];
    private int _chunkLength;
    private int _position;
    private SpillSegment? _reading;
    private long _expected;
    private long _recordsAtLoad;

    /// <summary>Reads records, each once, in the order in which they were appended.</summary>
    /// <param name="target">Takes them.</param>
    /// <param name="maxBytes">At which size in memory it is enough; reduced by what was read.</param>
    /// <param name="lost">How many records could not be read back.</param>
    /// <returns>How many were read.</returns>
    public int Read(Span<TelemetryRecord> target, ref long maxBytes, out long lost)
    {
        lost = 0;
        var count = 0;
        while (count < target.Length && maxBytes > 0 && (_reading is not null || TryLoad()))
        {
            if (!SpillFile.TryFind(_chunk.AsSpan(0, _chunkLength), ref _position, out var found, out _))
            {
                EndChunk(ref lost);
            }
            else if (TelemetryRecordFormat.TryRead(found, out var record))
            {
                target[count++] = record;
                maxBytes -= record.ApproximateBytes;
                if (--_expected == 0)
                {
                    EndChunk(ref lost);
                }
            }
        }

        return count;
    }

    /// <summary>Everything that was read has been written elsewhere: files that hold nothing else are removed.</summary>
    public void Acknowledge()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            for (var node = _segments.First; node is not null;)
            {
                var (segment, next) = (node.Value, node.Next);
                if (segment.Taken == segment.Records && !segment.IsUnreadable)
                {
                    Remove(segment, node);
                }

                node = next;
            }
        }
    }

    private void Remove(SpillSegment segment, LinkedListNode<SpillSegment> node)
    {
        if (segment != _active)
        {
            _segments.Remove(node);
            _bytes -= TryChange(segment.Path, () => File.Delete(segment.Path)) ? segment.Length : 0;
        }
        else if (segment.Records > 0 && TryChange(segment.Path, () => RandomAccess.SetLength(_file!, SpillFile.HeaderBytes)))
        {
            // Cut instead of removed: the next record is likely to come soon.
            _bytes -= segment.Length - SpillFile.HeaderBytes;
            (segment.Length, segment.ReadTo, segment.Records, segment.Taken) = (SpillFile.HeaderBytes, SpillFile.HeaderBytes, 0, 0);
        }
    }

    /// <summary>Takes what there is to read of the next file into memory.</summary>
    private bool TryLoad()
    {
        SpillSegment? segment;
        long from;
        lock (_gate)
        {
            segment = _isClosed ? null : _segments.FirstOrDefault(one => one.Taken < one.Records);
            if (segment is null)
            {
                return false;
            }

            (from, _chunkLength) = (segment.ReadTo, (int)(segment.Length - segment.ReadTo));
            _recordsAtLoad = segment.Records;
            _expected = segment.Records - segment.Taken;
            segment.ReadTo = segment.Length;
        }

        (_reading, _position) = (segment, 0);
        try
        {
            if (_chunk.Length < _chunkLength)
            {
                _chunk = new byte[Math.Max(_chunkLength, (int)_segmentBytes)];
            }

            SpillFile.Read(segment.Path, from, _chunk.AsSpan(0, _chunkLength));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            segment.IsUnreadable = true;
            _chunkLength = 0;
        }

        return true;
    }

    private void EndChunk(ref long lost)
    {
        var segment = _reading!;
        _reading = null;
        lock (_gate)
        {
            segment.Taken = _recordsAtLoad;
        }

        if (_expected > 0)
        {
            lost += _expected;
            Log.TelemetrySpillDamaged(_logger, Path.GetFileName(segment.Path), _expected);
        }
    }
}
