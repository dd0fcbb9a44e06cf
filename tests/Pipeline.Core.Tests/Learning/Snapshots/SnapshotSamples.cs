namespace Pipeline.Learning;

/// <summary>What the tests of snapshots write and read.</summary>
internal static class SnapshotSamples
{
    public static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public static readonly LearningRecord Plain = new() { Tenant = "acme", RunId = "run-1", Step = "answer", Finding = "It timed out.", Created = Time };

    public static readonly LearningRecord Full = Plain with
    {
        RunId = "run-2",
        Collection = "runbook",
        Agent = "planner",
        Severity = LearningSeverity.High,
        Finding = "Überlastet",
        Interventions = ["retry", "wait"],
        Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "eu", ["tier"] = "gold" },
        Created = Time.AddMicroseconds(1),
        ValidUntil = Time.AddYears(5),
    };

    /// <summary>A tenant with two learnings, the second with all that a learning can have.</summary>
    public static readonly IReadOnlyList<TenantContents> Contents =
    [
        new TenantContents(
            "acme",
            [
                new LearningContents(LearningId.Of(Plain), Plain, []),
                new LearningContents(
                    LearningId.Of(Full),
                    Full,
                    [
                        new("f-2", new StoredReport(LearningOutcome.Worse, null, Time.AddHours(2))),
                        new("f-1", new StoredReport(LearningOutcome.Improved, "ok", Time.AddHours(1))),
                    ]),
            ],
            [new EmbeddingContents("small", 2, [(1, new float[] { 0.6f, 0.8f })])]),
    ];

    public static byte[] Write(IReadOnlyList<TenantContents> contents)
    {
        using var stream = new MemoryStream();
        SnapshotWriter.Write(stream, contents, CancellationToken.None);
        return stream.ToArray();
    }
}
