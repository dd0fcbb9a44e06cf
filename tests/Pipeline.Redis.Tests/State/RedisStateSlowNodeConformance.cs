using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.State;

public sealed class RedisStateSlowNodeConformance() : StateStoreConformance(new RedisStateTestStore(RedisTopologyKind.SlowNode));
