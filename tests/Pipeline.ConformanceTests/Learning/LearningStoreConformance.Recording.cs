using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_learning_is_read_as_it_was_recorded_without_its_embedding()
    {
        var store = await OpenAsync();
        var record = Record() with
        {
            Collection = "runbook",
            Agent = "planner",
            Severity = LearningSeverity.Critical,
            Finding = "Das Modell war überlastet 😀.\r\nEine zweite Zeile.",
            Interventions = ["raise-timeout", "retry"],
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "eu", ["größe"] = "10 kB" },
            Created = _start.AddTicks(-10),
            ValidUntil = _start + (Tick * 100),
            Embedding = Embedding(3, 4),
        };

        var id = await store.RecordAsync(record);

        Assert.Equal(LearningId.Of(record), id);
        var learning = await GetAsync(await OpenAsync(), id);
        Assert.Equal(id, learning.Id);
        AssertSame(record, learning.Record);
        Assert.Equal(default, learning.Outcomes);
        Assert.Equal(LearningOutcome.Open, learning.Outcome);
        Assert.Null(learning.FollowUpId);
        Assert.Null(learning.Notes);
        Assert.Null(learning.Reported);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_longest_values_are_kept()
    {
        var store = await OpenAsync();
        var name = new string('n', 512);
        var record = Record(name, new string('ä', LearningRecord.MaxFindingLength)) with
        {
            Collection = name,
            Step = name,
            Agent = name,
            Interventions = [.. Enumerable.Range(0, LearningRecord.MaxInterventions).Select(i => $"{i:00}{new string('i', 510)}")],
            Attributes = Enumerable.Range(0, LearningRecord.MaxAttributes)
                .ToDictionary(i => $"{i:00}{new string('a', 510)}", _ => name, StringComparer.Ordinal),
            Created = DateTimeOffset.UnixEpoch.AddYears(-100),
        };

        var id = await store.RecordAsync(record);

        AssertSame(record, (await GetAsync(store, id)).Record);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_ids_come_in_the_order_of_the_batch()
    {
        var store = await OpenAsync();
        var records = Enumerable.Range(0, 100).Select(i => Record($"run-{i}")).ToArray();

        var ids = await store.RecordAsync(records);

        Assert.Equal(records.Select(LearningId.Of), ids);
        Assert.Equal(100, (await ReadAsync(store, All)).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_largest_batch_is_taken()
    {
        var store = await OpenAsync();

        await store.RecordAsync([.. Enumerable.Range(0, LearningArguments.MaxBatchSize).Select(i => Record($"run-{i}"))]);

        Assert.Equal(LearningArguments.MaxBatchSize, (await ReadAsync(store, All)).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_same_learning_twice_in_a_batch_is_written_once()
    {
        var store = await OpenAsync();

        var ids = await store.RecordAsync([Record(), Record("run-2"), Record()]);

        Assert.Equal(ids[0], ids[2]);
        Assert.Equal(2, (await ReadAsync(store, All)).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_learning_that_is_recorded_again_stays_as_it_is()
    {
        var store = await OpenAsync();
        var first = Record() with { ValidUntil = _start + (Tick * 100) };
        var id = await store.RecordAsync(first);
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved));

        var again = await (await OpenAsync()).RecordAsync(first with
        {
            Created = _start + Tick,
            ValidUntil = null,
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" },
        });

        Assert.Equal(id, again);
        var learning = await GetAsync(store, id);
        AssertSame(first, learning.Record);
        Assert.Equal(1, learning.Outcomes.Improved);
        Assert.Single(await ReadAsync(store, All));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_learning_takes_an_embedding_that_it_does_not_have_and_keeps_those_it_has()
    {
        var store = await OpenAsync();
        var id = await store.RecordAsync(Record());
        await store.RecordAsync(Record() with { Embedding = Embedding(1, 0) });
        await store.RecordAsync(Record() with { Embedding = Embedding(0, 1) });
        await store.RecordAsync([Record() with { Embedding = new LearningEmbedding("large", new float[] { 0, 1 }) }, Record() with { Embedding = Embedding(0, 0, 1) }]);

        foreach (var (query, similarity) in new[]
        {
            (Embedding(1, 0), 1.0), (Embedding(0, 1), 0.0), (new LearningEmbedding("large", new float[] { 0, 1 }), 1.0), (Embedding(0, 0, 1), 1.0),
        })
        {
            var match = Assert.Single((await store.RecallAsync(Anything with { Embedding = query })).Matches);
            Assert.Equal(id, match.Learning.Id);
            Assert.Equal(similarity, match.Score.Similarity, ScoreTolerance);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_vector_of_an_embedding_may_be_overwritten_once_it_is_recorded()
    {
        var store = await OpenAsync();
        float[] vector = [1, 0];
        await store.RecordAsync(Record() with { Embedding = Embedding(vector) });

        (vector[0], vector[1]) = (0, 1);

        Assert.Equal(1, Assert.Single((await store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches).Score.Similarity, ScoreTolerance);
    }
}
