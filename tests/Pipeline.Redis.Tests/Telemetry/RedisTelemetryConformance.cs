using Pipeline.Conformance.Telemetry;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Telemetry;

public sealed class RedisTelemetryConformance() : TelemetryStoreConformance(new RedisTelemetryTestStore(RedisTopologyKind.Node));
