using Pipeline.Conformance.State;

namespace Pipeline.State;

public sealed class InMemoryIdempotencyConformanceTests()
    : IdempotencyConformance(new InMemoryStateTestStore(), (store, time) => new StateIdempotencyStore(store, time));
