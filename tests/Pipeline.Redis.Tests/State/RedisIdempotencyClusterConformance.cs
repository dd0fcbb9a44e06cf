using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;
using Pipeline.State;

namespace Pipeline.Redis.State;

public sealed class RedisIdempotencyClusterConformance()
    : IdempotencyConformance(new RedisStateTestStore(RedisTopologyKind.Cluster), (store, time) => new StateIdempotencyStore(store, time));
