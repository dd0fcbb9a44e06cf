using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task What_is_forgotten_is_gone_with_its_reports_and_embeddings()
    {
        var store = await OpenAsync();
        var record = Record() with { Embedding = Embedding(1, 0) };
        var id = await store.RecordAsync(record);
        await store.RecordAsync(Record("other") with { Step = "other", Embedding = Embedding(1, 0) });
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved));

        Assert.Equal(1, await (await OpenAsync()).ForgetAsync(All with { Step = "answer" }));

        Assert.Null(await store.GetAsync(_tenant, id));
        Assert.False(await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved)));
        foreach (var query in new[] { Anything, Anything with { Text = "timed" }, Anything with { Embedding = Embedding(1, 0) } })
        {
            Assert.Equal("other", Assert.Single((await store.RecallAsync(query)).Matches).Learning.Record.RunId);
        }

        await store.RecordAsync(record with { Embedding = null });
        Assert.Equal(default, (await GetAsync(store, id)).Outcomes);
        Assert.Single((await store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Forgetting_counts_what_it_deletes_and_a_filter_of_the_tenant_alone_erases_it()
    {
        var store = await OpenAsync();
        await store.RecordAsync([.. Enumerable.Range(0, 1000).Select(i => Record($"run-{i}") with { Severity = (LearningSeverity)(i % 5) })]);

        Assert.Equal(400, await store.ForgetAsync(All with { MinSeverity = LearningSeverity.High }));
        Assert.Equal(600, await store.ForgetAsync(All));
        Assert.Equal(0, await store.ForgetAsync(All));

        Assert.Empty(await ReadAsync(store, All));
        await store.RecordAsync(Record());
        Assert.Single(await ReadAsync(store, All));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_embeddings_of_one_model_can_be_forgotten_and_made_anew()
    {
        var store = await OpenAsync();
        var large = new LearningEmbedding("large", new float[] { 0, 1 });
        await store.RecordAsync([
            Record() with { Embedding = Embedding(1, 0) }, Record() with { Embedding = Embedding(1, 0, 0) }, Record() with { Embedding = large },
        ]);

        await (await OpenAsync()).ForgetEmbeddingsAsync(_tenant, "small");

        Assert.Empty((await store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches);
        Assert.Empty((await store.RecallAsync(Anything with { Embedding = Embedding(1, 0, 0) })).Matches);
        Assert.Single((await store.RecallAsync(Anything with { Embedding = large })).Matches);
        Assert.Single((await store.RecallAsync(Anything with { Text = "timed" })).Matches);
        await store.RecordAsync(Record() with { Embedding = Embedding(0, 1) });
        Assert.Equal(1, Assert.Single((await store.RecallAsync(Anything with { Embedding = Embedding(0, 1) })).Matches).Score.Similarity, ScoreTolerance);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_is_past_its_validity_is_seen_by_no_call()
    {
        var store = await OpenAsync();
        var record = Record() with { ValidUntil = _start + (Tick * 4), Embedding = Embedding(1, 0) };
        var id = await store.RecordAsync(record);
        Assert.NotNull(await store.GetAsync(_tenant, id));
        Assert.Single((await store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches);

        await _store.AdvanceAsync(Tick * 4);

        await AssertUnseenAsync(store, id);
        await store.ExpireAsync();
        await AssertUnseenAsync(store, id);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_has_expired_is_deleted_with_its_reports_and_can_be_recorded_anew()
    {
        var store = await OpenAsync();
        var record = Record() with { ValidUntil = _start + (Tick * 4) };
        var id = await store.RecordAsync(record);
        await store.RecordAsync(Record("stays"));
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved));
        await _store.AdvanceAsync(Tick * 4);

        Assert.True(await store.ExpireAsync() >= 1);
        Assert.Equal("stays", Assert.Single(await ReadAsync(store, All)).Record.RunId);

        var anew = record with { ValidUntil = null, Created = _start + Tick };
        Assert.Equal(id, await store.RecordAsync(anew));
        AssertSame(anew, (await GetAsync(store, id)).Record);
        Assert.Equal(default, (await GetAsync(store, id)).Outcomes);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_has_expired_and_was_not_deleted_is_replaced_with_all_that_was_reported()
    {
        var store = await OpenAsync();
        var record = Record() with { ValidUntil = _start + (Tick * 4), Embedding = Embedding(1, 0) };
        var id = await store.RecordAsync(record);
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved));
        await _store.AdvanceAsync(Tick * 4);

        await store.RecordAsync(record with { ValidUntil = null, Embedding = null });

        var learning = await GetAsync(store, id);
        Assert.Null(learning.Record.ValidUntil);
        Assert.Equal((default, LearningOutcome.Open), (learning.Outcomes, learning.Outcome));
        Assert.Empty((await store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Forgetting_reaches_what_has_expired()
    {
        var store = await OpenAsync();
        await store.RecordAsync(Record() with { ValidUntil = _start + Tick });
        await _store.AdvanceAsync(Tick);

        Assert.InRange(await store.ForgetAsync(All), 0, 1);
        Assert.Equal(0, await store.ForgetAsync(All));
    }

    private async Task AssertUnseenAsync(ILearningStore store, LearningId id)
    {
        Assert.Null(await store.GetAsync(_tenant, id));
        Assert.Empty(await ReadAsync(store, All));
        Assert.Empty(await store.OutcomesAsync(All));
        Assert.False(await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved)));
        foreach (var query in new[] { Anything, Anything with { Text = "timed" }, Anything with { Embedding = Embedding(1, 0) } })
        {
            Assert.Empty((await store.RecallAsync(query)).Matches);
        }
    }
}
