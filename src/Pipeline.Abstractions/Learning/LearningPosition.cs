namespace Pipeline.Learning;

/// <summary>A place in the order of learnings, newest first; among equal times, by falling id.</summary>
/// <remarks>
/// It names no row, so it stays good when learnings come and go, and carries no tenant, so it opens nothing. Immutable, hence thread safe.
/// </remarks>
/// <param name="Created">The time of the last learning that was read.</param>
/// <param name="Id">The id of the last learning that was read.</param>
public readonly record struct LearningPosition(DateTimeOffset Created, LearningId Id);
