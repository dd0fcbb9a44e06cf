using Pipeline.Conformance.Telemetry;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Telemetry;

public sealed class PostgresTelemetrySlowNodeConformance() : TelemetryStoreConformance(new PostgresTelemetryTestStore(PostgresTopologyKind.SlowNode));
