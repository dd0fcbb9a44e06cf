using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task What_is_below_the_least_score_falls_away_and_what_is_at_it_stays()
    {
        var store = await OpenAsync();
        var id = await store.RecordAsync(Record());
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved));
        var score = new OutcomeCounts { Improved = 1 }.SuccessFactor;

        Assert.Single((await store.RecallAsync(Anything with { MinScore = score })).Matches);
        Assert.Empty((await store.RecallAsync(Anything with { MinScore = Math.BitIncrement(score) })).Matches);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_limit_keeps_the_best()
    {
        var store = await OpenAsync();
        await store.RecordAsync([.. Enumerable.Range(0, 150).Select(i => Record($"run-{i}") with { Embedding = Embedding(100, i) })]);
        var query = Anything with { Embedding = Embedding(1, 0) };

        foreach (var limit in new[] { 1, 5, RecallQuery.MaxLimit })
        {
            var result = await store.RecallAsync(query with { Limit = limit });
            Assert.Equal(Enumerable.Range(0, limit).Select(i => $"run-{i}"), result.Matches.Select(match => match.Learning.Record.RunId));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_near_duplicate_of_a_better_match_is_left_out_and_named()
    {
        var store = await OpenAsync();
        var ids = await store.RecordAsync([
            Record("best") with { Embedding = Embedding(1, 0) },
            Record("near-1") with { Embedding = Embedding(1, 0.1f) },
            Record("near-2") with { Embedding = Embedding(1, -0.2f) },
            Record("other") with { Embedding = Embedding(1, 1) },
        ]);
        var query = Anything with { Embedding = Embedding(1, 0), DuplicateSimilarity = 0.95 };

        var result = await store.RecallAsync(query);

        Assert.Equal(["best", "other"], result.Matches.Select(match => match.Learning.Record.RunId));
        Assert.Equal([ids[1], ids[2]], result.Matches[0].Duplicates);
        Assert.Empty(result.Matches[1].Duplicates);
        Assert.Equal(4, (await store.RecallAsync(query with { DuplicateSimilarity = null })).Matches.Count);
        Assert.Equal(4, (await store.RecallAsync(query with { DuplicateSimilarity = 0.999 })).Matches.Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_is_like_a_duplicate_that_was_left_out_and_not_like_a_match_is_a_match()
    {
        var store = await OpenAsync();
        await store.RecordAsync([
            Record("0") with { Embedding = Embedding(1, 0) }, Record("25") with { Embedding = Angle(25) }, Record("50") with { Embedding = Angle(50) },
        ]);

        var result = await store.RecallAsync(Anything with { Embedding = Embedding(1, 0), DuplicateSimilarity = 0.9 });

        Assert.Equal(["0", "50"], result.Matches.Select(match => match.Learning.Record.RunId));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Equal_vectors_are_duplicates_at_any_threshold()
    {
        var store = await OpenAsync();
        var random = new SeededRandom(1);
        var vectors = Enumerable.Range(0, 50).Select(_ => Enumerable.Range(0, 7).Select(_ => random.Between(1, 1000) / 7f).ToArray()).ToArray();
        await store.RecordAsync([.. vectors.Select((vector, i) => Record($"first-{i}") with { Embedding = Embedding(vector) })]);
        await store.RecordAsync([.. vectors.Select((vector, i) => Record($"second-{i}") with { Embedding = Embedding(vector) })]);

        var result = await store.RecallAsync(Anything with { Embedding = Embedding(1, 1, 1, 1, 1, 1, 1), DuplicateSimilarity = 1 });

        Assert.Equal(50, result.Matches.Count);
        Assert.All(result.Matches, match => Assert.Single(match.Duplicates));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData("alpha")]
    [InlineData(null)]
    public async Task Without_embeddings_findings_that_differ_in_case_and_white_space_only_are_duplicates(string? text)
    {
        var store = await OpenAsync();
        await store.RecordAsync([
            Record("1", "Alpha  bravo."), Record("2", "alpha\n bravo. ") with { Created = _start - Tick }, Record("3", "Alpha bravo") with { Created = _start - (Tick * 2) },
        ]);

        var result = await store.RecallAsync(Anything with { Text = text, DuplicateSimilarity = 0.5 });

        Assert.Equal(["1", "3"], result.Matches.Select(match => match.Learning.Record.RunId));
        Assert.Single(result.Matches[0].Duplicates);
        Assert.Equal(3, (await store.RecallAsync(Anything with { Text = text })).Matches.Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Duplicates_take_no_place_of_the_limit()
    {
        var store = await OpenAsync();
        await store.RecordAsync([.. Enumerable.Range(0, 300).Select(i => Record($"same-{i}") with { Embedding = Embedding(1, i / 2000f) })]);
        await store.RecordAsync([Record("other-1") with { Embedding = Embedding(1, 1) }, Record("other-2") with { Embedding = Embedding(1, 3) }]);

        var result = await store.RecallAsync(new RecallQuery { Filter = All, Embedding = Embedding(1, 0), Limit = 3 });

        Assert.Equal(["other-1", "other-2"], result.Matches.Skip(1).Select(match => match.Learning.Record.RunId));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_does_not_fit_the_token_budget_is_passed_over_for_the_next_that_does()
    {
        var store = await OpenAsync();
        await store.RecordAsync([
            Record("1", new string('a', 12)) with { Created = _start },
            Record("2", new string('b', 30)) with { Created = _start - Tick },
            Record("3", new string('c', 9)) with { Created = _start - (Tick * 2), Interventions = ["xy"] },
            Record("4", new string('d', 3)) with { Created = _start - (Tick * 3) },
        ]);

        async Task<IEnumerable<string>> RecallAsync(int tokens) =>
            (await store.RecallAsync(Anything with { MaxTokens = tokens })).Matches.Select(match => match.Learning.Record.RunId);

        Assert.Equal(["1", "2", "3", "4"], await RecallAsync(19));
        Assert.Equal(["1", "2", "3"], await RecallAsync(18));
        Assert.Equal(["1", "3"], await RecallAsync(8));
        Assert.Equal(["1", "4"], await RecallAsync(5));
        Assert.Equal(["4"], await RecallAsync(3));
        Assert.Equal(["4"], await RecallAsync(1));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_was_passed_over_for_its_size_leaves_no_other_out()
    {
        var store = await OpenAsync();
        await store.RecordAsync([
            Record("large", new string('a', 300)) with { Embedding = Embedding(1, 0) }, Record("small", "aaa") with { Embedding = Embedding(1, 0.1f) },
        ]);

        var result = await store.RecallAsync(Anything with { Embedding = Embedding(1, 0), DuplicateSimilarity = 0.9, MaxTokens = 10 });

        Assert.Equal("small", Assert.Single(result.Matches).Learning.Record.RunId);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_small_match_is_found_behind_many_that_do_not_fit()
    {
        var store = await OpenAsync();
        await store.RecordAsync([.. Enumerable.Range(0, 400).Select(i =>
            Record($"large-{i}", $"{new string('a', 300)} {i}") with { Created = _start - (Tick * i) })]);
        await store.RecordAsync(Record("small", "aaa") with { Created = _start - (Tick * 500) });

        var result = await store.RecallAsync(Anything with { MaxTokens = 3, HalfLife = Tick * 500 });

        Assert.Equal("small", Assert.Single(result.Matches).Learning.Record.RunId);
    }

    private static LearningEmbedding Angle(double degrees) =>
        Embedding((float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180));
}
