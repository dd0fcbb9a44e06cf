using Pipeline.Conformance.Telemetry;

namespace Pipeline.Telemetry;

public sealed class BufferedTelemetryConformanceTests() : TelemetryConformance(new BufferedTelemetryTestStore(spills: false));
