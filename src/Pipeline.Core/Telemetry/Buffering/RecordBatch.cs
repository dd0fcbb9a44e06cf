namespace Pipeline.Telemetry;

/// <summary>The records that are being written: first those from disk, then those from memory. They are settled from the first to the last.</summary>
/// <remarks>Not thread safe: its sink guards the numbers; the records change only while nobody writes them.</remarks>
internal sealed class RecordBatch(int size)
{
    /// <summary>At which size in memory a batch is large enough, whatever its count.</summary>
    public const long MaxBytes = 1024 * 1024;

    public TelemetryRecord[] Records { get; } = new TelemetryRecord[size];

    public int Count { get; set; }

    /// <summary>How many of them came from disk.</summary>
    public int FromDisk { get; set; }

    /// <summary>How many have been written, or dropped and counted.</summary>
    public int Settled { get; set; }

    public int Unsettled => Count - Settled;

    /// <summary>How many of the unsettled ones stay on disk, whatever becomes of the process.</summary>
    public int UnsettledFromDisk => Math.Max(0, FromDisk - Settled);

    public void Clear()
    {
        Records.AsSpan(0, Count).Clear();
        (Count, FromDisk, Settled) = (0, 0, 0);
    }
}
