using Pipeline.Conformance.Vectors;

namespace Pipeline.Vectors;

public sealed class InMemoryVectorIndexConformanceTests() : VectorIndexConformance(new InMemoryVectorIndexTestStore());
