namespace Pipeline.Conformance.Vectors.FaultInjection;

/// <summary>The faults that are to come: what the test of an application writes, and <see cref="FaultInjectingVectorIndex"/> reads.</summary>
/// <remarks>Thread safe. Faults of one call happen in the order in which they were asked for.</remarks>
public sealed class VectorFaults() : CallFaults<VectorCall>("vector index");
