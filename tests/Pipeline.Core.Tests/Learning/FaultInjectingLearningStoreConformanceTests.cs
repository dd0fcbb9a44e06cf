using Pipeline.Conformance.Learning;

namespace Pipeline.Learning;

/// <summary>Without a fault, a fault-injecting store keeps every promise of what it decorates.</summary>
public sealed class FaultInjectingLearningStoreConformanceTests() : LearningStoreConformance(new FaultInjectingLearningTestStore());
