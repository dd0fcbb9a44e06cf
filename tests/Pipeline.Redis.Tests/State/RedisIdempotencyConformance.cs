using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;
using Pipeline.State;

namespace Pipeline.Redis.State;

public sealed class RedisIdempotencyConformance()
    : IdempotencyConformance(new RedisStateTestStore(RedisTopologyKind.Node), (store, time) => new StateIdempotencyStore(store, time));
