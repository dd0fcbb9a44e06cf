namespace Pipeline.Telemetry;

/// <summary>How much telemetry is kept on a Redis server, and how long.</summary>
/// <remarks>
/// <para>Processes that share a server are to have the same. What is over goes by eighths of a lane, the oldest first, so between seven eighths and all are kept.</para>
/// <para>A record takes about 300 bytes of the server's memory: its id for the de-duplication about 60, the record itself 150 and its names.</para>
/// </remarks>
public sealed class RedisTelemetryOptions
{
    /// <summary>The most accounting records that are kept, give or take a batch, 10,000 to 100,000,000. Default: 500,000, which is about 150 MB.</summary>
    public int MaxAccountingRecords { get; set; } = 500_000;

    /// <summary>The most diagnostic records that are kept, give or take a batch, 10,000 to 100,000,000. Default: 100,000, which is about 30 MB.</summary>
    public int MaxDiagnosticRecords { get; set; } = 100_000;

    /// <summary>How long a record is kept, from when it was written and an eighth longer at most, 1 hour to 3,650 days. Default: 30 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);
}
