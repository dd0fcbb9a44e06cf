using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.State;

public sealed class RedisStateConformance() : StateStoreConformance(new RedisStateTestStore(RedisTopologyKind.Node));
