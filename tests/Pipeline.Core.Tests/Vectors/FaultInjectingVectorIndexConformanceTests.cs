using Pipeline.Conformance.Vectors;

namespace Pipeline.Vectors;

public sealed class FaultInjectingVectorIndexConformanceTests() : VectorIndexConformance(new FaultInjectingVectorIndexTestStore());
