using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task No_call_of_a_tenant_sees_or_changes_what_is_anothers()
    {
        var store = await OpenAsync();
        var other = $"{_tenant}-other";
        var record = Record() with { Interventions = ["retry"], Embedding = Embedding(1, 0), ValidUntil = _start + (Tick * 1000) };
        var id = await store.RecordAsync(record);
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved));
        var theirs = All with { Tenant = other };

        Assert.Null(await store.GetAsync(other, id));
        Assert.False(await store.ReportOutcomeAsync(Report(id, LearningOutcome.Worse) with { Tenant = other }));
        Assert.Empty((await store.QueryAsync(theirs)).Items);
        Assert.Empty((await store.QueryAsync(theirs, 10, new LearningPosition(_start + Tick, id))).Items);
        Assert.Empty(await store.OutcomesAsync(theirs));
        Assert.Empty((await store.RecallAsync(Anything with { Filter = theirs })).Matches);
        Assert.Empty((await store.RecallAsync(Anything with { Filter = theirs, Text = "timed" })).Matches);
        Assert.Empty((await store.RecallAsync(Anything with { Filter = theirs, Embedding = Embedding(1, 0) })).Matches);
        Assert.Equal(0, await store.ForgetAsync(theirs));
        await store.ForgetEmbeddingsAsync(other, "small");

        Assert.Equal(new OutcomeCounts { Improved = 1 }, (await GetAsync(store, id)).Outcomes);
        Assert.Single((await store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_same_run_and_text_of_two_tenants_are_two_learnings()
    {
        var store = await OpenAsync();
        var other = $"{_tenant}-other";
        var mine = await store.RecordAsync(Record() with { Embedding = Embedding(1, 0) });
        var theirs = await store.RecordAsync(Record() with { Tenant = other, Embedding = Embedding(1, 0) });

        await store.ReportOutcomeAsync(Report(mine, LearningOutcome.Worse));

        Assert.NotEqual(mine, theirs);
        Assert.Equal(LearningOutcome.Open, (await store.GetAsync(other, theirs))!.Outcome);
        Assert.Equal([mine], IdsOf(await store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })));
        Assert.Equal([theirs], IdsOf(await store.RecallAsync(Anything with { Filter = All with { Tenant = other }, Embedding = Embedding(1, 0) })));
        Assert.Equal(1, await store.ForgetAsync(All));
        Assert.NotNull(await store.GetAsync(other, theirs));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData("a", "A")]
    [InlineData("a", "a ")]
    [InlineData("a", "a%")]
    [InlineData("a", "_")]
    [InlineData("a:b", "a")]
    [InlineData("ä", "a\u0308")]
    [InlineData("a'--", "a\"")]
    [InlineData("{a}", "a")]
    [InlineData("*", "a")]
    public async Task Names_of_tenants_are_told_apart_exactly(string first, string second)
    {
        var store = await OpenAsync();
        (first, second) = ($"{_tenant}{first}", $"{_tenant}{second}");
        await store.RecordAsync(Record() with { Tenant = first, Embedding = Embedding(1, 0) });

        foreach (var query in new[] { Anything, Anything with { Text = "timed" }, Anything with { Embedding = Embedding(1, 0) } })
        {
            Assert.Single((await store.RecallAsync(query with { Filter = new LearningFilter { Tenant = first } })).Matches);
            Assert.Empty((await store.RecallAsync(query with { Filter = new LearningFilter { Tenant = second } })).Matches);
        }

        Assert.Equal(0, await store.ForgetAsync(new LearningFilter { Tenant = second }));
        Assert.Equal(1, await store.ForgetAsync(new LearningFilter { Tenant = first }));
    }
}
