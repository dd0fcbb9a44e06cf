using System.Buffers.Binary;

namespace Pipeline.Telemetry;

/// <summary>What a record's id says by itself: the partition that it is in. So one key is unique over all partitions.</summary>
internal static class TelemetryIds
{
    /// <summary>The day of ids that tell no time.</summary>
    public const int NoDay = -1;

    public const int Bytes = 16;

    private const long MillisecondsPerDay = 86_400_000;
    private const int TimeShift = 16;

    /// <summary>Gets the day since 1970-01-01 of an id of UUID version 7.</summary>
    /// <param name="id">The id's bytes, in the order of RFC 9562.</param>
    public static int DayOf(ReadOnlySpan<byte> id)
    {
        var isVersion7 = id[6] >> 4 == 7 && id[8] >> 6 == 0b10;
        return isVersion7 ? (int)((BinaryPrimitives.ReadInt64BigEndian(id) >>> TimeShift) / MillisecondsPerDay) : NoDay;
    }
}
