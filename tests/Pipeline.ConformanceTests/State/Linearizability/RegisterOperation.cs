namespace Pipeline.Conformance.State.Linearizability;

/// <summary>A call on one entry, and its answer.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Expected">The version that it named; 0 for none, or for any where it deletes.</param>
/// <param name="IsDone">Whether it wrote or deleted.</param>
/// <param name="Seen">The version that it wrote or saw; 0 for none.</param>
internal sealed record RegisterOperation(RegisterOperationKind Kind, long Expected, bool IsDone, long Seen);
