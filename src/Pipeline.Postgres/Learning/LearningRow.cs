namespace Pipeline.Learning;

/// <summary>What a row told.</summary>
/// <param name="Position">Its place in the order of pages.</param>
/// <param name="Learning">The learning, or null where the row holds what the suite does not write.</param>
internal readonly record struct LearningRow(LearningPosition Position, StoredLearning? Learning);
