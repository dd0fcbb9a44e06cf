namespace Pipeline.Learning;

/// <summary>A learning that is to be recorded, with the id that follows from it.</summary>
internal readonly record struct IdentifiedLearning(LearningId Id, LearningRecord Record)
{
    public static IdentifiedLearning Of(LearningRecord record) => new(LearningId.Of(record), record);
}
