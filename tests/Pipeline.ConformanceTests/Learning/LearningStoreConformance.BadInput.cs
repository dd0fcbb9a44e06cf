using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_batch_of_none_too_many_or_several_tenants_is_refused_and_nothing_is_recorded()
    {
        var store = await OpenAsync();

        await RefusedAsync("records", () => store.RecordAsync((IReadOnlyList<LearningRecord>)null!).AsTask());
        await RefusedAsync("records", () => store.RecordAsync([]).AsTask());
        await RefusedAsync("records", () => store.RecordAsync([Record(), null!]).AsTask());
        await RefusedAsync("records", () => store.RecordAsync([Record(), Record() with { Tenant = "other" }]).AsTask());
        await RefusedAsync("records", () => store.RecordAsync([.. Enumerable.Range(0, LearningArguments.MaxBatchSize + 1).Select(i => Record($"{i}"))]).AsTask());

        Assert.Empty(await ReadAsync(store, All));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Missing_arguments_and_bad_names_are_refused_by_name()
    {
        var store = await OpenAsync();

        await RefusedAsync("query", () => store.RecallAsync(null!).AsTask());
        await RefusedAsync("report", () => store.ReportOutcomeAsync(null!).AsTask());
        await RefusedAsync("filter", () => store.OutcomesAsync(null!).AsTask());
        await RefusedAsync("filter", () => store.QueryAsync(null!).AsTask());
        await RefusedAsync("filter", () => store.ForgetAsync(null!).AsTask());
        foreach (var bad in new[] { "", "a\nb", new string('a', 513), "a\uD83D", null! })
        {
            await RefusedAsync("tenant", () => store.GetAsync(bad, default).AsTask());
            await RefusedAsync("tenant", () => store.ForgetEmbeddingsAsync(bad, "small").AsTask());
            await RefusedAsync("model", () => store.ForgetEmbeddingsAsync(_tenant, bad).AsTask());
        }
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(LearningArguments.MaxBatchSize + 1)]
    public async Task A_page_of_no_size_is_refused(int limit)
    {
        var store = await OpenAsync();

        await RefusedAsync("limit", () => store.QueryAsync(All, limit).AsTask());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_id_that_is_no_learnings_is_not_found()
    {
        var store = await OpenAsync();
        await store.RecordAsync(Record());

        Assert.Null(await store.GetAsync(_tenant, default));
        Assert.False(await store.ReportOutcomeAsync(Report(default, LearningOutcome.Improved)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_call_that_was_cancelled_before_it_began_does_nothing()
    {
        var store = await OpenAsync();
        var id = await store.RecordAsync(Record() with { Embedding = Embedding(1, 0) });
        var cancelled = new CancellationToken(canceled: true);

        foreach (var call in new Func<Task>[]
        {
            () => store.RecordAsync([Record("other")], cancelled).AsTask(),
            () => store.RecallAsync(Anything, cancelled).AsTask(),
            () => store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved), cancelled).AsTask(),
            () => store.OutcomesAsync(All, cancelled).AsTask(),
            () => store.GetAsync(_tenant, id, cancelled).AsTask(),
            () => store.QueryAsync(All, cancellationToken: cancelled).AsTask(),
            () => store.ForgetAsync(All, cancelled).AsTask(),
            () => store.ForgetEmbeddingsAsync(_tenant, "small", cancelled).AsTask(),
            () => store.ExpireAsync(cancelled).AsTask(),
        })
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
        }

        Assert.Equal(LearningOutcome.Open, Assert.Single((await store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches).Learning.Outcome);
        Assert.Single(await ReadAsync(store, All));
    }

    private static async Task RefusedAsync(string argument, Func<Task> call) =>
        Assert.Equal(argument, (await Assert.ThrowsAnyAsync<ArgumentException>(call)).ParamName);
}
