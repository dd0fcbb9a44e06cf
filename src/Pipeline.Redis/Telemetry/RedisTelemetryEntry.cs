using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Telemetry;

/// <summary>Where a record stands: 24 bytes, so that many can be sorted.</summary>
/// <param name="TimeTicks">The record's time.</param>
/// <param name="Milliseconds">The first part of the entry's id.</param>
/// <param name="Place">The second part of the entry's id.</param>
/// <param name="Segment">The number of the segment in the listing.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RedisTelemetryEntry(long TimeTicks, long Milliseconds, int Place, int Segment)
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Place}");

    public static RedisTelemetryEntry Of(string id, int segment, long timeTicks)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return new(
            timeTicks, long.Parse(id.AsSpan(0, dash), CultureInfo.InvariantCulture), int.Parse(id.AsSpan(dash + 1), CultureInfo.InvariantCulture), segment);
    }
}
