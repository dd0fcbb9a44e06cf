namespace Pipeline.Admin;

/// <summary>Some dead letters, oldest first, and where to go on.</summary>
internal sealed record DeadLetterPageView(IReadOnlyList<DeadLetterView> Items, string? Continuation);
