using Pipeline.Learning;

namespace Pipeline.Postgres.Learning;

/// <summary>Learnings to begin with.</summary>
internal static class LearningSamples
{
    public const string Tenant = "acme";

    public static readonly DateTimeOffset Created = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static LearningFilter All => new() { Tenant = Tenant };

    public static RecallQuery Anything => new() { Filter = All, MinScore = 0, HalfLife = null, Limit = RecallQuery.MaxLimit, DuplicateSimilarity = null };

    public static LearningRecord Record(string run = "run-1", string finding = "The call timed out.") => new()
    {
        Tenant = Tenant,
        RunId = run,
        Step = "answer",
        Finding = finding,
        Created = Created,
    };

    public static LearningEmbedding Embedding(params float[] vector) => new("small", vector);

    public static OutcomeReport Report(LearningId id, LearningOutcome outcome = LearningOutcome.Improved, string followUp = "follow-up") =>
        new() { Tenant = Tenant, LearningId = id, FollowUpId = followUp, Outcome = outcome };
}
