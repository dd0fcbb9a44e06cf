using Pipeline.Conformance.State;

namespace Pipeline.State;

/// <summary>Without a fault, a fault-injecting store keeps every promise of what it decorates.</summary>
public sealed class FaultInjectingStateStoreConformanceTests() : StateStoreConformance(new FaultInjectingStateTestStore());
