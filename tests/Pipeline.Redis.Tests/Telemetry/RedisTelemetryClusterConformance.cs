using Pipeline.Conformance.Telemetry;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Telemetry;

public sealed class RedisTelemetryClusterConformance() : TelemetryStoreConformance(new RedisTelemetryTestStore(RedisTopologyKind.Cluster));
