using System.Globalization;

namespace Pipeline.Diagnostics;

/// <summary>Whether the wall clock can be right. Calendar limits, expiries and records go by it.</summary>
internal sealed class ClockCheck(TimeProvider time) : ProcessCheck("process.clock")
{
    /// <summary>When this was written: no clock that is right shows less.</summary>
    public static readonly DateTimeOffset Earliest = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Latest = Earliest.AddYears(20);

    private const string Mend = "Set the machine's clock, and have a time service keep it (chrony, systemd-timesyncd, w32time).";

    protected override DoctorResult Look()
    {
        var now = time.GetUtcNow();
        var shown = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return now < Earliest ? DoctorResult.Error($"The clock shows {shown}, which is before this version was made.", Mend)
            : now > Latest ? DoctorResult.Warning($"The clock shows {shown}, which is many years after this version was made.", Mend)
            : DoctorResult.Ok($"The clock shows {shown}.");
    }
}
