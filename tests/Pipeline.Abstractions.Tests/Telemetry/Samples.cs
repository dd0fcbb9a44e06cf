using Pipeline.Telemetry;

namespace Pipeline.Abstractions.Tests.Telemetry;

internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static TelemetryRecord Record { get; } = new()
    {
        Id = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
        Time = Noon,
        Step = "answer",
        Tenant = "acme",
    };
}
