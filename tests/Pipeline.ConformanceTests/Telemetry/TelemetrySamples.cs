using Pipeline.Telemetry;

namespace Pipeline.Conformance.Telemetry;

/// <summary>Records for the facts.</summary>
internal static class TelemetrySamples
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Start = Noon.AddDays(-1);

    public static readonly DateTimeOffset End = Noon.AddDays(1);

    public static TelemetryQuery Everything => TelemetryQuery.AcrossTenants(Start, End);

    /// <summary>A record with every property set.</summary>
    public static TelemetryRecord Whole => new()
    {
        Id = Guid.NewGuid(),
        Time = Noon.AddMicroseconds(123_457),
        Duration = TimeSpan.FromMicroseconds(1_234_567),
        Step = "größe",
        Tenant = "acme",
        Model = "large",
        RequestId = "r-1",
        TraceId = System.Diagnostics.ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"),
        Outcome = CallOutcome.TimedOut,
        Cache = CacheOutcome.StaleHit,
        Usage = new TokenUsage { UncachedInput = 1, CachedInput = 2, CacheWrite = 3, Output = 4, Reasoning = long.MaxValue },
        Cost = 123_456_789.123456789012m,
        CostAvoided = 0.000000000001m,
        PriceTableVersion = "2030-01",
        ErrorType = "TimeoutException",
        Attributes = [new("region", "eu"), new("ünit", "🙂")],
        Lane = TelemetryLane.Diagnostic,
    };

    public static TelemetryRecord Call(
        string step = "answer", string tenant = "acme", string? model = null, decimal? cost = 0, DateTimeOffset? at = null, double milliseconds = 0) => new()
    {
        Id = Guid.NewGuid(),
        Time = at ?? Noon,
        Duration = TimeSpan.FromMilliseconds(milliseconds),
        Step = step,
        Tenant = tenant,
        Model = model,
        Cost = cost,
    };

    public static TelemetryRecord CorrectionOf(in TelemetryRecord record, decimal cost) =>
        record with { Id = Guid.NewGuid(), CorrectionOf = record.Id, Cost = cost, CostAvoided = 0, Usage = default };
}
