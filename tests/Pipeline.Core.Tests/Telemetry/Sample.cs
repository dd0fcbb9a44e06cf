namespace Pipeline.Telemetry;

/// <summary>Records for the tests.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static TelemetryQuery Everything => TelemetryQuery.AcrossTenants(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

    public static TelemetryRecord Accounting(decimal? cost = 0, DateTimeOffset? at = null) =>
        new() { Id = Guid.NewGuid(), Time = at ?? Noon, Step = "answer", Tenant = "acme", Cost = cost };

    public static TelemetryRecord Diagnostic() => Accounting() with { Lane = TelemetryLane.Diagnostic };

    /// <summary>A record of 64 KiB and a little more.</summary>
    public static TelemetryRecord Large(TelemetryLane lane) => Accounting() with { Lane = lane, Attributes = LargeAttributes };

    private static TelemetryAttributes LargeAttributes { get; } = TelemetryAttributes.Create(
        [.. Enumerable.Range(0, 32).Select(i => KeyValuePair.Create($"{i:D512}", new string('x', 512)))]);
}
