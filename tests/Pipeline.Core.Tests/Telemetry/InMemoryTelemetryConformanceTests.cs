using Pipeline.Conformance.Telemetry;

namespace Pipeline.Telemetry;

public sealed class InMemoryTelemetryConformanceTests() : TelemetryConformance(new InMemoryTelemetryTestStore());
