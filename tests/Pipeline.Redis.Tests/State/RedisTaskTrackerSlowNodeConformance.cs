using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;
using Pipeline.State;

namespace Pipeline.Redis.State;

public sealed class RedisTaskTrackerSlowNodeConformance()
    : TaskTrackerConformance(new RedisStateTestStore(RedisTopologyKind.SlowNode), (store, time) => new StateTaskTracker(store, time));
