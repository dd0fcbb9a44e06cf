using Pipeline.Conformance.Learning;

namespace Pipeline.Learning;

public sealed class InMemoryLearningStoreConformanceTests() : LearningStoreConformance(new InMemoryLearningTestStore());
