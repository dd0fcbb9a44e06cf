using Pipeline.Learning;

namespace Pipeline.Conformance.Learning.Generation;

/// <summary>What a store of learnings has to hold after a sequence of operations: written for clearness, with a list and loops.</summary>
internal sealed class LearningModel
{
    private readonly List<ModelLearning> _learnings = [];

    /// <summary>What is valid, newest first.</summary>
    public IReadOnlyList<ModelLearning> Select(LearningFilter filter, DateTimeOffset now) => [.. _learnings
        .Where(learning => IsValid(learning, now) && learning.IsSelectedBy(filter))
        .OrderByDescending(learning => learning.Record.Created)
        .ThenByDescending(learning => learning.Id)];

    public ModelLearning? Find(string tenant, LearningId id, DateTimeOffset now) =>
        _learnings.Find(learning => learning.Id == id && learning.Record.Tenant == tenant && IsValid(learning, now));

    public void Record(IEnumerable<LearningRecord> records, DateTimeOffset now)
    {
        foreach (var record in records)
        {
            var id = LearningId.Of(record);
            _learnings.RemoveAll(learning => learning.Id == id && !IsValid(learning, now));
            var known = _learnings.Find(learning => learning.Id == id);
            if (known is null)
            {
                _learnings.Add(known = new ModelLearning(record));
            }

            if (record.Embedding is { } embedding && known.EmbeddingLike(embedding) is null)
            {
                known.Embeddings.Add(embedding);
            }
        }
    }

    /// <returns>How many of them were valid, and how many there were at all: a backend may have deleted the others by itself.</returns>
    public (long Valid, long All) Forget(LearningFilter filter, DateTimeOffset now)
    {
        var valid = _learnings.LongCount(learning => learning.IsSelectedBy(filter) && IsValid(learning, now));
        return (valid, _learnings.RemoveAll(learning => learning.IsSelectedBy(filter)));
    }

    public void ForgetEmbeddings(string tenant, string model)
    {
        foreach (var learning in _learnings.Where(learning => learning.Record.Tenant == tenant))
        {
            learning.Embeddings.RemoveAll(embedding => embedding.Model == model);
        }
    }

    public long Expire(DateTimeOffset now) => _learnings.RemoveAll(learning => !IsValid(learning, now));

    public IReadOnlyList<OutcomeStatistics> Outcomes(LearningFilter filter, DateTimeOffset now)
    {
        var runs = Select(filter, now).SelectMany(learning => learning.Record.Interventions.DefaultIfEmpty(null!).Select(name => (Learning: learning, Name: (string?)name)));
        return [.. runs
            .GroupBy(run => (run.Learning.Record.Step, run.Name))
            .OrderBy(group => group.Key.Step, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Name, StringComparer.Ordinal)
            .Select(group => new OutcomeStatistics(
                group.Key.Step,
                group.Key.Name,
                group.LongCount(),
                group.LongCount(run => run.Learning.Outcome == LearningOutcome.Open),
                new OutcomeCounts
                {
                    Improved = group.Sum(run => run.Learning.Counts.Improved),
                    NoChange = group.Sum(run => run.Learning.Counts.NoChange),
                    Worse = group.Sum(run => run.Learning.Counts.Worse),
                    Unknown = group.Sum(run => run.Learning.Counts.Unknown),
                }))];
    }

    private static bool IsValid(ModelLearning learning, DateTimeOffset now) => learning.Record.ValidUntil is not { } end || end > now;
}
