namespace Pipeline.Telemetry;

/// <summary>How much the ring in the process's memory keeps. Both bounds hold at once; what is oldest makes room.</summary>
/// <remarks>Bound from <c>Telemetry:Memory</c> of the suite's configuration section. Copied when the ring is made; later changes have no effect.</remarks>
public sealed record TelemetryMemoryOptions
{
    internal const int GreatestMaxRecords = 1_000_000;
    internal const long LeastMaxBytes = 1024 * 1024;
    internal const long GreatestMaxBytes = 64L * 1024 * 1024 * 1024;

    /// <summary>The most records, 1 to 1,000,000. Room for them is taken at once, about 260 bytes each. Default: 10,000.</summary>
    public int MaxRecords { get; set; } = 10_000;

    /// <summary>
    /// The most bytes, by <see cref="TelemetryRecord.ApproximateBytes"/>, from 1,048,576 (1 MiB) to 68,719,476,736 (64 GiB). Default: 16,777,216 (16 MiB).
    /// </summary>
    public long MaxBytes { get; set; } = 16 * 1024 * 1024;
}
