namespace Pipeline.Learning;

/// <summary>What one follow-up run reported, and when.</summary>
internal readonly record struct StoredReport(LearningOutcome Outcome, string? Notes, DateTimeOffset Reported);
