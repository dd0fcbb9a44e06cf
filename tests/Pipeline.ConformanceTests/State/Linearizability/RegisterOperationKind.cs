namespace Pipeline.Conformance.State.Linearizability;

/// <summary>The calls on one entry.</summary>
internal enum RegisterOperationKind
{
    Get = 0,
    Write = 1,
    Delete = 2,
}
