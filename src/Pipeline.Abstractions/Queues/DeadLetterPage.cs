namespace Pipeline.Queues;

/// <summary>Some dead letters, oldest first, and where to go on.</summary>
/// <param name="Items">The dead letters.</param>
/// <param name="Continuation">What to pass for the next page; <see langword="null"/> after the last.</param>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetter> Items, string? Continuation);
