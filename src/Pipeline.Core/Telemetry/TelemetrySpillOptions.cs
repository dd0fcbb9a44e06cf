namespace Pipeline.Telemetry;

/// <summary>Whether accounting records are kept on disk until they are written, so that they outlive the process.</summary>
/// <remarks>Bound from <c>Telemetry:Spill</c> of the suite's configuration section.</remarks>
public sealed record TelemetrySpillOptions
{
    internal const long LeastMaxBytes = 1024 * 1024;
    internal const long GreatestMaxBytes = 1024L * 1024 * 1024 * 1024;

    /// <summary>
    /// The folder, which is made where it is missing; each store has a folder of its own in it, which one sink at a time can use.
    /// Default: <see langword="null"/>, nothing is kept on disk.
    /// </summary>
    public string? Directory { get; set; }

    /// <summary>
    /// The most bytes that a store's records may take up on disk, from 1,048,576 (1 MiB) to 1,099,511,627,776 (1 TiB). Default: 268,435,456
    /// (256 MiB), about a million records.
    /// </summary>
    public long MaxBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>
    /// Whether each record is on the device, not only with the operating system, before it counts as taken: it then outlives a power cut, too,
    /// and costs what the device needs for a write. Default: <see langword="false"/>.
    /// </summary>
    public bool WriteThrough { get; set; }
}
