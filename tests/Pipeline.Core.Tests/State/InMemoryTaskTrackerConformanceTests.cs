using Pipeline.Conformance.State;

namespace Pipeline.State;

public sealed class InMemoryTaskTrackerConformanceTests()
    : TaskTrackerConformance(new InMemoryStateTestStore(), (store, time) => new StateTaskTracker(store, time));
