namespace Pipeline.Conformance.Learning.FaultInjection;

/// <summary>The faults that are to come: what the test of an application writes, and <see cref="FaultInjectingLearningStore"/> reads.</summary>
/// <remarks>Thread safe. Faults of one call happen in the order in which they were asked for.</remarks>
public sealed class LearningFaults() : CallFaults<LearningCall>("learning store");
