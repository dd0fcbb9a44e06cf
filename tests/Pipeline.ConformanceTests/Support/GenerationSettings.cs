namespace Pipeline.Conformance;

/// <summary>How many generated sequences of operations are run.</summary>
/// <remarks>
/// A failure names its seed and lists the operations: set <see cref="FirstSeed"/> to that seed and <see cref="Sequences"/> to 1 to see
/// it again.
/// </remarks>
public sealed record GenerationSettings
{
    /// <summary>How many sequences. Default: 25.</summary>
    public int Sequences { get; init; } = 25;

    /// <summary>How many operations each has. Default: 60.</summary>
    public int OperationsPerSequence { get; init; } = 60;

    /// <summary>The seed of the first sequence; the next ones count up. Default: 1.</summary>
    public ulong FirstSeed { get; init; } = 1;
}
