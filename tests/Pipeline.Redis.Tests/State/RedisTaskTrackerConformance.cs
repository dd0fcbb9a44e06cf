using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;
using Pipeline.State;

namespace Pipeline.Redis.State;

public sealed class RedisTaskTrackerConformance()
    : TaskTrackerConformance(new RedisStateTestStore(RedisTopologyKind.Node), (store, time) => new StateTaskTracker(store, time));
