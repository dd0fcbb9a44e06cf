using FluentAssertions;
using Pipeline.Learning;
using Pipeline.Postgres.Fixtures;
using Xunit;
using static Pipeline.Postgres.Learning.LearningSamples;

namespace Pipeline.Postgres.Learning;

/// <summary>What goes over the wire.</summary>
public sealed class PostgresLearningStatementTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Every_call_is_one_statement_and_so_is_a_batch_of_a_hundred()
    {
        await using var process = LearningProcess.Start(fixture.ConnectionString);
        await RunAllAsync(process.Store, "warm");
        var counter = StatementCounter.Of(fixture.Node, fixture.ConnectionString);
        await counter.ResetAsync();

        var calls = await RunAllAsync(process.Store, "counted");

        var counts = await counter.ReadAsync();
        counts.Operations.Should().Be(calls, "{0}", counts);
    }

    [Fact]
    public async Task An_erasure_takes_a_statement_for_each_two_thousand()
    {
        await using var process = LearningProcess.Start(fixture.ConnectionString);
        for (var batch = 0; batch < 4; batch++)
        {
            await process.Store.RecordAsync([.. Enumerable.Range(0, 1000).Select(i => Record($"run-{batch}-{i}") with { Tenant = "large" })]);
        }

        var counter = StatementCounter.Of(fixture.Node, fixture.ConnectionString);
        await counter.ResetAsync();
        (await process.Store.ForgetAsync(All with { Tenant = "large" })).Should().Be(4000);

        (await counter.ReadAsync()).Operations.Should().Be(3, "two were full, so there was a third look");
    }

    private static async Task<int> RunAllAsync(PostgresLearningStore store, string run)
    {
        var batch = Enumerable.Range(0, 100).Select(i => Record($"{run}-{i}") with { Embedding = Embedding(1, i) }).ToArray();
        var ids = await store.RecordAsync(batch);
        await store.RecordAsync(batch);
        (await store.ReportOutcomeAsync(Report(ids[0]))).Should().BeTrue();
        (await store.GetAsync(Tenant, ids[0]))!.Outcomes.Improved.Should().Be(1);
        (await store.QueryAsync(All)).Items.Should().HaveCount(100);
        (await store.OutcomesAsync(All)).Should().ContainSingle();
        (await store.RecallAsync(Anything)).Matches.Should().HaveCount(100);
        (await store.RecallAsync(Anything with { Text = "timed" })).Matches.Should().HaveCount(100);
        (await store.RecallAsync(Anything with { Text = "timed", MinScore = 0.1 })).Matches.Should().HaveCount(100);
        (await store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches.Should().HaveCount(100);
        await store.ForgetEmbeddingsAsync(Tenant, "small");
        (await store.ForgetAsync(All)).Should().Be(100);
        await store.ExpireAsync();
        return 13;
    }
}
