using Pipeline.Conformance.Telemetry;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Telemetry;

public sealed class RedisTelemetrySlowNodeConformance() : TelemetryStoreConformance(new RedisTelemetryTestStore(RedisTopologyKind.SlowNode));
