namespace Pipeline.Learning;

/// <summary>A part of the learnings that a filter selects.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Items">The learnings, newest first; may be empty.</param>
/// <param name="Next">Where the next page begins, or <see langword="null"/> where this was the last.</param>
public sealed record LearningPage(IReadOnlyList<StoredLearning> Items, LearningPosition? Next);
