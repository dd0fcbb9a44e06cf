using Pipeline.Conformance.State;

namespace Pipeline.State;

public sealed class InMemoryStateStoreConformanceTests() : StateStoreConformance(new InMemoryStateTestStore());
