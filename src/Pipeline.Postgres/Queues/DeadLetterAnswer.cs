namespace Pipeline.Queues;

/// <summary>What one call on the dead letters found.</summary>
/// <param name="Next">The number after which to go on; <see langword="null"/> if that was all.</param>
/// <param name="Last">The last number there is.</param>
/// <param name="Acted">How many letters were meant.</param>
/// <param name="Letters">The letters, if they were asked for.</param>
internal readonly record struct DeadLetterAnswer(long? Next, long Last, long Acted, IReadOnlyList<DeadLetter> Letters);
