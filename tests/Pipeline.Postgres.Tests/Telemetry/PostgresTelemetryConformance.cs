using Pipeline.Conformance.Telemetry;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Telemetry;

public sealed class PostgresTelemetryConformance() : TelemetryStoreConformance(new PostgresTelemetryTestStore(PostgresTopologyKind.Node));
