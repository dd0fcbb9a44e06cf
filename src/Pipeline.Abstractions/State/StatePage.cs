namespace Pipeline.State;

/// <summary>A part of a listing.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Items">The entries, in the order of their keys.</param>
/// <param name="Next">What to name as <c>after</c> for the next page; <see langword="null"/> where this is the last one.</param>
public sealed record StatePage(IReadOnlyList<StateItem> Items, string? Next);
