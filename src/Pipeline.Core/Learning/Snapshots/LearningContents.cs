namespace Pipeline.Learning;

/// <summary>A learning with all that was reported about it, the last report last, as a snapshot holds it.</summary>
internal sealed record LearningContents(LearningId Id, LearningRecord Record, IReadOnlyList<KeyValuePair<string, StoredReport>> Reports);
