using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.State;

public sealed class RedisStateClusterConformance() : StateStoreConformance(new RedisStateTestStore(RedisTopologyKind.Cluster));
