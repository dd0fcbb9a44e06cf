using StackExchange.Redis;

namespace Pipeline.Telemetry;

/// <summary>A batch of records as the script that writes them takes it: lane by lane, each id once.</summary>
internal static class RedisTelemetryBatch
{
    private const int Lanes = 2;
    private const int OfBatch = 2;
    private const int OfLane = 4;

    /// <exception cref="TelemetryBatchRefusedException">A record is not valid, and so has no stored form.</exception>
    public static RedisValue[] ToArguments(ReadOnlySpan<TelemetryRecord> records, RedisTelemetryBounds bounds)
    {
        var ids = new HashSet<Guid>(records.Length);
        List<int>[] lanes = [new(records.Length), []];
        for (var i = 0; i < records.Length; i++)
        {
            ref readonly var record = ref records[i];
            if (!record.IsValid)
            {
                throw new TelemetryBatchRefusedException("A record is not valid.");
            }

            // Of those of one id the first counts.
            if (ids.Add(record.Id))
            {
                lanes[(int)record.Lane].Add(i);
            }
        }

        var arguments = new RedisValue[OfBatch + (Lanes * OfLane) + (2 * ids.Count)];
        arguments[0] = RedisTelemetryBounds.Segments;
        arguments[1] = bounds.RetentionMilliseconds;
        var at = OfBatch;
        for (var lane = 0; lane < Lanes; lane++)
        {
            at = Fill(arguments, at, records, lanes[lane], bounds.SegmentSize((TelemetryLane)lane));
        }

        return arguments;
    }

    private static int Fill(RedisValue[] arguments, int at, ReadOnlySpan<TelemetryRecord> records, List<int> chosen, int segmentSize)
    {
        var (low, high) = (long.MaxValue, long.MinValue);
        Span<byte> buffer = stackalloc byte[RedisTelemetryFormat.MaxBytes];
        var first = at + OfLane;
        for (var i = 0; i < chosen.Count; i++)
        {
            ref readonly var record = ref records[chosen[i]];
            low = Math.Min(low, record.Time.UtcTicks);
            high = Math.Max(high, record.Time.UtcTicks);
            arguments[first + i] = record.Id.ToByteArray(bigEndian: true);
            arguments[first + chosen.Count + i] = buffer[..RedisTelemetryFormat.Write(record, buffer)].ToArray();
        }

        arguments[at] = chosen.Count;
        arguments[at + 1] = segmentSize;
        arguments[at + 2] = chosen.Count == 0 ? RedisValue.EmptyString : RedisTelemetryFormat.Digits(low);
        arguments[at + 3] = chosen.Count == 0 ? RedisValue.EmptyString : RedisTelemetryFormat.Digits(high);
        return first + (2 * chosen.Count);
    }
}
