using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;
using Pipeline.State;

namespace Pipeline.Redis.State;

public sealed class RedisIdempotencySlowNodeConformance()
    : IdempotencyConformance(new RedisStateTestStore(RedisTopologyKind.SlowNode), (store, time) => new StateIdempotencyStore(store, time));
