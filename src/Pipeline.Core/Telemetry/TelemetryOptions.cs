namespace Pipeline.Telemetry;

/// <summary>How much telemetry a suite keeps, and how it is written to the stores that were added.</summary>
/// <remarks>Bound from <c>Telemetry</c> of the suite's configuration section. Read once, when the sinks are made.</remarks>
public sealed record TelemetryOptions
{
    internal const int GreatestBatchSize = 10_000;
    internal static readonly TimeSpan GreatestFlushInterval = TimeSpan.FromMinutes(10);
    internal static readonly TimeSpan GreatestTime = TimeSpan.FromHours(1);
    internal static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(1);

    /// <summary>What the ring in memory keeps.</summary>
    public TelemetryMemoryOptions Memory { get; set; } = new();

    /// <summary>
    /// What waits to be written of the lane that is billed, in front of each store. Where it is full, the lane takes the room of the diagnostic
    /// lane, too.
    /// </summary>
    public TelemetryLaneOptions Accounting { get; set; } = new();

    /// <summary>What waits to be written of the lane that is dropped first, in front of each store.</summary>
    public TelemetryLaneOptions Diagnostic { get; set; } = new();

    /// <summary>The most records of one write, 1 to 10,000. So many records are written without waiting for <see cref="FlushInterval"/>. Default: 500.</summary>
    public int BatchSize { get; set; } = 500;

    /// <summary>How long a record waits for others to be written with, 1 millisecond to 10 minutes. Default: 1 second.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one write may take before it is given up and repeated, 1 millisecond to 1 hour. Default: 30 seconds.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest time between two attempts at a write, 1 millisecond to 1 hour. The first is about 200 milliseconds; from then on they
    /// double, with jitter. Default: 30 seconds.
    /// </summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the end of the application waits for what is left to be written, zero to 1 hour. Default: 5 seconds.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What models cost. Read once, at the start. Default: nothing, so that no cost is known.</summary>
    public PriceTableOptions Prices { get; set; } = new();

    /// <summary>Whether accounting records are kept on disk until they are written.</summary>
    public TelemetrySpillOptions Spill { get; set; } = new();
}
