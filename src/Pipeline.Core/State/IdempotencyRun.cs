namespace Pipeline.State;

/// <summary>What became of work that is to take place once, and its answer.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Status">What became of it.</param>
/// <param name="Response">The answer; empty where there is none.</param>
/// <param name="RetryAfter">Where another is at it: when its lease runs out. Zero in every other case.</param>
public readonly record struct IdempotencyRun(
    IdempotencyRunStatus Status, ReadOnlyMemory<byte> Response = default, TimeSpan RetryAfter = default);
