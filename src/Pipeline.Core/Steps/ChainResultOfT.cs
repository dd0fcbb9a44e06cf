using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Steps;

/// <summary>What a chain's step answers: go on with an item, or halt. Made by <see cref="ChainResult"/>; an error is thrown.</summary>
/// <typeparam name="T">The chain's item.</typeparam>
/// <remarks>Immutable. The default value is no answer, and fails the step that returns it.</remarks>
[SuppressMessage("Naming", "MA0048:File name must match type name", Justification = "ChainResult.cs holds the factory of the same name.")]
public readonly struct ChainResult<T>
{
    internal ChainResult(ChainResultKind kind, T? item, string? reason)
    {
        Kind = kind;
        Item = item;
        HaltReason = reason;
    }

    /// <summary>Whether the chain halts here.</summary>
    [MemberNotNullWhen(true, nameof(HaltReason))]
    public bool IsHalt => Kind == ChainResultKind.Halt;

    /// <summary>The item for the next step; the default value where <see cref="IsHalt"/>.</summary>
    public T? Item { get; }

    /// <summary>Why the chain halts, or <see langword="null"/>.</summary>
    public string? HaltReason { get; }

    internal ChainResultKind Kind { get; }

    /// <summary>Lets a step that awaits nothing return its answer as it is.</summary>
    /// <param name="result">The answer.</param>
    public static implicit operator ValueTask<ChainResult<T>>(ChainResult<T> result) => ValueTask.FromResult(result);
}
