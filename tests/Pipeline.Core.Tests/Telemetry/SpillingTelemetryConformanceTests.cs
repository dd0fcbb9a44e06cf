using Pipeline.Conformance.Telemetry;

namespace Pipeline.Telemetry;

public sealed class SpillingTelemetryConformanceTests() : TelemetryConformance(new BufferedTelemetryTestStore(spills: true));
