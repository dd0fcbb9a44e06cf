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
    public static int DayOf(Guid id)
    {
        const int TimeVersion = 7;
        const int VariantMask = 0b1100;
        const int Variant = 0b1000;
        if (id.Version != TimeVersion || (id.Variant & VariantMask) != Variant)
        {
            return NoDay;
        }

        Span<byte> bytes = stackalloc byte[Bytes];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (int)((BinaryPrimitives.ReadInt64BigEndian(bytes) >>> TimeShift) / MillisecondsPerDay);
    }
}
