using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;
using Pipeline.State;

namespace Pipeline.Redis.State;

public sealed class RedisTaskTrackerClusterConformance()
    : TaskTrackerConformance(new RedisStateTestStore(RedisTopologyKind.Cluster), (store, time) => new StateTaskTracker(store, time));
