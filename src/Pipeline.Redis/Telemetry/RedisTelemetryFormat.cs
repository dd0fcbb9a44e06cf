using System.Globalization;

namespace Pipeline.Telemetry;

/// <summary>How a record stands in a stream: the version, and the record as <see cref="TelemetryRecordFormat"/> has it. And how times do beside it.</summary>
internal static class RedisTelemetryFormat
{
    /// <summary>How many bytes stand before the step.</summary>
    public const int BytesBeforeStep = 1 + TelemetryRecordFormat.FixedBytes;

    public const int MaxBytes = 1 + TelemetryRecordFormat.MaxBytes;

    private const byte Version = 1;

    public static int Write(in TelemetryRecord record, Span<byte> target)
    {
        target[0] = Version;
        return 1 + TelemetryRecordFormat.Write(record, target[1..]);
    }

    public static bool TryRead(ReadOnlySpan<byte> stored, out TelemetryRecord record)
    {
        record = default;
        return stored.Length > 0 && stored[0] == Version && TelemetryRecordFormat.TryRead(stored[1..], out record);
    }

    /// <summary>A time in microseconds, as digits of which the script can tell the greater: it counts in doubles, which are not exact so far.</summary>
    public static string Digits(long utcTicks) => (utcTicks / TimeSpan.TicksPerMicrosecond).ToString("D18", CultureInfo.InvariantCulture);

    public static long Ticks(string digits) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
        && microseconds <= DateTimeOffset.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond
            ? microseconds * TimeSpan.TicksPerMicrosecond
            : DateTimeOffset.MaxValue.Ticks;
}
