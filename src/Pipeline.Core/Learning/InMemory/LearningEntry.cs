namespace Pipeline.Learning;

/// <summary>One learning in memory, with all that was reported about it.</summary>
/// <remarks>Changed under its tenant's lock. <see cref="Stored"/> is replaced whole, so that a recall reads it without the lock.</remarks>
internal sealed class LearningEntry
{
    /// <summary>What <see cref="Row"/> is where there is none.</summary>
    public const int NoRow = -1;

    // In the order of the reports: a correction goes to the end.
    private readonly OrderedDictionary<string, StoredReport> _reports = new(StringComparer.Ordinal);
    private volatile StoredLearning _stored;

    public LearningEntry(LearningId id, LearningRecord record)
    {
        _stored = new StoredLearning { Id = id, Record = record };
        Id = id;
        Record = record;
    }

    public LearningId Id { get; }

    /// <summary>What was recorded, without the embedding.</summary>
    public LearningRecord Record { get; }

    /// <summary>Its row among those of its tenant, by which words and embeddings refer to it.</summary>
    public int Row { get; set; } = NoRow;

    public StoredLearning Stored => _stored;

    /// <summary>What each follow-up run reported, the last report last.</summary>
    public IReadOnlyCollection<KeyValuePair<string, StoredReport>> Reports => _reports;

    public bool IsValidAt(DateTimeOffset now) => Record.ValidUntil is not { } end || end > now;

    public void Report(string followUpId, StoredReport report)
    {
        var counts = _stored.Outcomes;
        if (_reports.Remove(followUpId, out var former))
        {
            counts = Add(counts, former.Outcome, -1);
        }

        _reports.Add(followUpId, report);
        _stored = _stored with
        {
            Outcomes = Add(counts, report.Outcome, 1),
            Outcome = report.Outcome,
            FollowUpId = followUpId,
            Notes = report.Notes,
            Reported = report.Reported,
        };
    }

    private static OutcomeCounts Add(OutcomeCounts counts, LearningOutcome outcome, int by) => outcome switch
    {
        LearningOutcome.Improved => counts with { Improved = counts.Improved + by },
        LearningOutcome.NoChange => counts with { NoChange = counts.NoChange + by },
        LearningOutcome.Worse => counts with { Worse = counts.Worse + by },
        _ => counts with { Unknown = counts.Unknown + by },
    };
}
