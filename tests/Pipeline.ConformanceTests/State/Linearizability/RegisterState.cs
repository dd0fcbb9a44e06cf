namespace Pipeline.Conformance.State.Linearizability;

/// <summary>One entry of a state store as the checker sees it.</summary>
/// <param name="Version">Its version, 0 where there is none.</param>
internal sealed record RegisterState(long Version)
{
    public static RegisterState None { get; } = new(0);

    /// <summary>The state after an operation, or <see langword="null"/> where the state cannot have given its answer.</summary>
    public static RegisterState? Next(RegisterState state, RegisterOperation operation) => operation switch
    {
        { Kind: RegisterOperationKind.Get } => operation.Seen == state.Version ? state : null,
        { Kind: RegisterOperationKind.Write, IsDone: true } => operation.Expected == state.Version ? new(operation.Seen) : null,
        { Kind: RegisterOperationKind.Write } => operation.Expected != state.Version && operation.Seen == state.Version ? state : null,
        { IsDone: true } => state.Version != 0 && (operation.Expected == 0 || operation.Expected == state.Version) ? None : null,
        _ => state.Version == 0 || (operation.Expected != 0 && operation.Expected != state.Version) ? state : null,
    };
}
