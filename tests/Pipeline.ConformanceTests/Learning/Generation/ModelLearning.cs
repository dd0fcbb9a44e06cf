using Pipeline.Learning;

namespace Pipeline.Conformance.Learning.Generation;

/// <summary>A learning as the model has it.</summary>
internal sealed class ModelLearning(LearningRecord record)
{
    private readonly Dictionary<string, LearningOutcome> _reports = new(StringComparer.Ordinal);

    public LearningId Id { get; } = LearningId.Of(record);

    public LearningRecord Record { get; } = record with { Embedding = null };

    public List<LearningEmbedding> Embeddings { get; } = [];

    public string? LastFollowUp { get; private set; }

    public string? LastNotes { get; private set; }

    public LearningOutcome Outcome => LastFollowUp is null ? LearningOutcome.Open : _reports[LastFollowUp];

    public OutcomeCounts Counts => new()
    {
        Improved = CountOf(LearningOutcome.Improved),
        NoChange = CountOf(LearningOutcome.NoChange),
        Worse = CountOf(LearningOutcome.Worse),
        Unknown = CountOf(LearningOutcome.Unknown),
    };

    public void Report(OutcomeReport report)
    {
        _reports[report.FollowUpId] = report.Outcome;
        LastFollowUp = report.FollowUpId;
        LastNotes = report.Notes;
    }

    public LearningEmbedding? EmbeddingLike(LearningEmbedding other) =>
        Embeddings.Find(own => own.Dimension == other.Dimension && string.Equals(own.Model, other.Model, StringComparison.Ordinal));

    public bool IsSelectedBy(LearningFilter filter) =>
        filter.Tenant == Record.Tenant
        && (filter.Collection is null || filter.Collection == Record.Collection)
        && (filter.RunId is null || filter.RunId == Record.RunId)
        && (filter.Step is null || filter.Step == Record.Step)
        && (filter.Agent is null || filter.Agent == Record.Agent)
        && filter.MinSeverity <= Record.Severity
        && (filter.Intervention is null || Record.Interventions.Contains(filter.Intervention))
        && (filter.Outcome is null || filter.Outcome == Outcome)
        && filter.Attributes.All(wanted => Record.Attributes.Contains(wanted))
        && (filter.CreatedFrom is null || Record.Created >= filter.CreatedFrom)
        && (filter.CreatedBefore is null || Record.Created < filter.CreatedBefore);

    private long CountOf(LearningOutcome outcome) => _reports.Values.Count(reported => reported == outcome);
}
