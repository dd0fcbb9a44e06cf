using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task By_the_filter_alone_everything_is_equally_similar()
    {
        var store = await OpenAsync();
        await store.RecordAsync([
            Record("old") with { Created = _start - (Tick * 20) }, Record("new"), Record("middle") with { Created = _start - (Tick * 10) },
            Record("other") with { Step = "other" },
        ]);

        var result = await store.RecallAsync(Anything with { Filter = All with { Step = "answer" } });

        Assert.Equal(["new", "middle", "old"], result.Matches.Select(match => match.Learning.Record.RunId));
        Assert.All(result.Matches, match => Assert.Equal((RecallBasis.Filter, 1.0, 0.5, 1.0), (match.Basis, match.Score.Similarity, match.Score.Success, match.Score.Recency)));
        Assert.False(result.IsDegraded);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData("alpha", 1)]
    [InlineData("ALPHA charlie", 1)]
    [InlineData("charlie, bravo; alpha!", 1)]
    [InlineData("delta", 0)]
    [InlineData("alphabet", 0)]
    [InlineData("???", 0)]
    public async Task A_finding_that_holds_every_word_is_like_the_text_and_one_that_holds_none_is_not(string text, double similarity)
    {
        var store = await OpenAsync();
        var record = Record(finding: "Alpha bravo (Charlie).");
        await store.RecordAsync(record);

        var match = Assert.Single((await store.RecallAsync(Anything with { Text = text })).Matches);

        Assert.Equal((RecallBasis.Text, similarity), (match.Basis, match.Score.Similarity));
        AssertSame(record, match.Learning.Record);
        Assert.Equal(similarity == 0 ? 0 : 1, (await store.RecallAsync(Anything with { Text = text, MinScore = 0.01 })).Matches.Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_finding_is_the_more_like_a_text_the_more_of_its_words_it_holds()
    {
        var store = await OpenAsync();
        await store.RecordAsync([
            Record("none", "zulu yankee"), Record("one", "alpha zulu"), Record("two", "alpha bravo"), Record("three", "charlie bravo alpha"),
            Record("four", "delta charlie zulu bravo alpha"),
        ]);

        var matches = (await store.RecallAsync(Anything with { Text = "alpha bravo charlie delta" })).Matches;

        Assert.Equal(["four", "three", "two", "one", "none"], matches.Select(match => match.Learning.Record.RunId));
        Assert.Equal(1, matches[0].Score.Similarity);
        Assert.Equal(0, matches[4].Score.Similarity);
        Assert.All(matches.Zip(matches.Skip(1)), pair => Assert.True(pair.First.Score.Similarity > pair.Second.Score.Similarity));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData("ÜBERLAST größe")]
    [InlineData("überlast GRÖßE")]
    [InlineData("überlast")]
    [InlineData("42")]
    public async Task Words_are_of_any_script_and_case_does_not_matter(string text)
    {
        var store = await OpenAsync();
        await store.RecordAsync(Record(finding: "Überlast: Größe 42."));

        Assert.Equal(1, Assert.Single((await store.RecallAsync(Anything with { Text = text })).Matches).Score.Similarity);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_embedding_is_compared_by_its_cosine_and_a_negative_one_is_zero()
    {
        var store = await OpenAsync();
        await store.RecordAsync([
            Record("same") with { Embedding = Embedding(30, 0) }, Record("near") with { Embedding = Embedding(0.4f, 0.3f) },
            Record("across") with { Embedding = Embedding(0, 1) }, Record("against") with { Embedding = Embedding(-1, 0) }, Record("none"),
        ]);

        var matches = (await store.RecallAsync(Anything with { Embedding = Embedding(0.1f, 0), Text = "is not looked at" })).Matches;

        Assert.Equal(4, matches.Count);
        Assert.Equal(["same", "near"], matches.Take(2).Select(match => match.Learning.Record.RunId));
        Assert.Equal(1, matches[0].Score.Similarity, ScoreTolerance);
        Assert.Equal(0.8, matches[1].Score.Similarity, ScoreTolerance);
        Assert.All(matches.Skip(2), match => Assert.Equal(0, match.Score.Similarity, ScoreTolerance));
        Assert.All(matches, match => Assert.Equal(RecallBasis.Embedding, match.Basis));
        Assert.All(matches, match => Assert.Null(match.Learning.Record.Embedding));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Embeddings_of_other_models_and_dimensions_never_mix()
    {
        var store = await OpenAsync();
        await store.RecordAsync([
            Record("small") with { Embedding = Embedding(1, 0) },
            Record("large") with { Embedding = new LearningEmbedding("large", new float[] { 1, 0 }) },
            Record("three") with { Embedding = Embedding(1, 0, 0) },
        ]);

        async Task<string> RecallOneAsync(LearningEmbedding embedding) =>
            Assert.Single((await store.RecallAsync(Anything with { Embedding = embedding })).Matches).Learning.Record.RunId;

        Assert.Equal("small", await RecallOneAsync(Embedding(1, 0)));
        Assert.Equal("large", await RecallOneAsync(new LearningEmbedding("large", new float[] { 1, 0 })));
        Assert.Equal("three", await RecallOneAsync(Embedding(1, 0, 0)));
        Assert.Empty((await store.RecallAsync(Anything with { Embedding = new LearningEmbedding("Small", new float[] { 1, 0 }) })).Matches);
        Assert.Empty((await store.RecallAsync(Anything with { Embedding = Embedding(1) })).Matches);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(1e-30f)]
    [InlineData(1e30f)]
    [InlineData(float.MaxValue)]
    public async Task The_length_of_a_vector_does_not_matter(float length)
    {
        var store = await OpenAsync();
        await store.RecordAsync(Record() with { Embedding = Embedding(length, 0) });

        Assert.Equal(1, Assert.Single((await store.RecallAsync(Anything with { Embedding = Embedding(length, 0) })).Matches).Score.Similarity, ScoreTolerance);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_score_is_computed_from_similarity_outcomes_and_age()
    {
        var store = await OpenAsync();
        var id = await store.RecordAsync(Record() with { Embedding = Embedding(4, 3), Created = _start - (Tick * 100) });
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved, "f-1"));
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved, "f-2"));
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.NoChange, "f-3"));
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Unknown, "f-4"));

        var match = Assert.Single((await store.RecallAsync(Anything with { Embedding = Embedding(1, 0), HalfLife = Tick * 100 })).Matches);

        Assert.Equal(0.8, match.Score.Similarity, ScoreTolerance);
        Assert.Equal(new OutcomeCounts { Improved = 2, NoChange = 1 }.SuccessFactor, match.Score.Success, 1e-9);
        Assert.InRange(match.Score.Recency, 0.5 - 0.02, 0.5 + 1e-9);
        Assert.Equal(match.Score.Similarity * match.Score.Success * match.Score.Recency, match.Score.Total, 1e-12);
        Assert.Equal(3, match.Learning.Outcomes.Judged);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_has_helped_comes_first_and_what_has_not_falls_away()
    {
        var store = await OpenAsync();
        var ids = await store.RecordAsync([Record("open"), Record("helped"), Record("failed")]);
        await store.ReportOutcomeAsync(Report(ids[1], LearningOutcome.Improved));
        await store.ReportOutcomeAsync(Report(ids[2], LearningOutcome.Worse));

        var result = await store.RecallAsync(new RecallQuery { Filter = All, DuplicateSimilarity = null });

        Assert.Equal(["helped", "open"], result.Matches.Select(match => match.Learning.Record.RunId));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_learning_of_the_future_is_as_new_as_one_of_now()
    {
        var store = await OpenAsync();
        await store.RecordAsync(Record() with { Created = _start + TimeSpan.FromDays(365) });

        Assert.Equal(1, Assert.Single((await store.RecallAsync(Anything with { HalfLife = Tick })).Matches).Score.Recency);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_filter_is_applied_first()
    {
        var store = await OpenAsync();
        await store.RecordAsync([.. Enumerable.Range(0, 500).Select(i => Record($"run-{i}") with
        {
            Step = i % 100 == 99 ? "rare" : "answer",
            Embedding = Embedding(1000, i),
        })]);

        var result = await store.RecallAsync(new RecallQuery { Filter = All with { Step = "rare" }, Embedding = Embedding(1, 0), DuplicateSimilarity = null });

        Assert.Equal(["run-99", "run-199", "run-299", "run-399", "run-499"], result.Matches.Select(match => match.Learning.Record.RunId));
    }

    [Fact(Timeout = TimeLimit * 5)]
    public async Task What_is_far_but_has_helped_is_found_behind_many_that_are_near_and_have_not()
    {
        var store = await OpenAsync();
        var near = await store.RecordAsync([.. Enumerable.Range(0, 400).Select(i => Record($"near-{i}") with { Embedding = Embedding(1000, i) })]);
        foreach (var id in near)
        {
            await store.ReportOutcomeAsync(Report(id, LearningOutcome.Worse));
        }

        await store.RecordAsync(Record("far") with { Embedding = Embedding(3, 4) });

        var result = await store.RecallAsync(new RecallQuery { Filter = All, Embedding = Embedding(1, 0) });

        Assert.Equal("far", Assert.Single(result.Matches).Learning.Record.RunId);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_store_that_cannot_be_asked_recalls_nothing_and_says_so()
    {
        if (_store.CannotBeUnreachable is not null)
        {
            return;
        }

        var store = await _store.OpenUnreachableAsync();

        var result = await store.RecallAsync(Anything);

        Assert.True(result.IsDegraded);
        Assert.Empty(result.Matches);
        await Assert.ThrowsAsync<Pipeline.Backends.BackendUnavailableException>(async () => await store.RecordAsync(Record()));
        await Assert.ThrowsAsync<Pipeline.Backends.BackendUnavailableException>(async () => await store.QueryAsync(All));
    }
}
