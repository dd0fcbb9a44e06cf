using Pipeline.Steps;

namespace Pipeline.Caching;

/// <summary>What a look-up found, or where the answer can be kept that it did not find.</summary>
internal sealed class SemanticAnswer<T>(SemanticOutcome outcome)
{
    public SemanticOutcome Outcome => outcome;

    /// <summary>The stored answer; <see langword="null"/> where there is none.</summary>
    public StepValue<T>? Value { get; init; }

    /// <summary>Where the answer can be kept; <see langword="null"/> where it cannot.</summary>
    public SemanticRoom? Room { get; init; }
}
