using System.Globalization;
using FluentAssertions;
using Pipeline.Learning;
using Pipeline.Postgres.Fixtures;
using Xunit;
using static Pipeline.Postgres.Learning.LearningSamples;

namespace Pipeline.Postgres.Learning;

/// <summary>What stands in the tables is what docs/formats.md says.</summary>
public sealed class PostgresLearningFormatTests : IAsyncLifetime
{
    private readonly PostgresFixture _database = new();
    private LearningProcess _process = null!;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        _process = LearningProcess.Start(_database.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_rows_of_a_learning_are_those_of_the_documentation()
    {
        var record = Record() with
        {
            Agent = "planner",
            Severity = LearningSeverity.High,
            Finding = "It timed out.",
            Interventions = ["retry", "wait"],
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "eu" },
            ValidUntil = Created.AddYears(100),
            Embedding = Embedding(3, 4),
        };
        var id = await _process.Store.RecordAsync(record);
        await _process.Store.ReportOutcomeAsync(Report(id, LearningOutcome.Worse) with { Notes = "no" });
        await _process.Store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved) with { Notes = "ok" });

        (await ReadAsync(
            """
            SELECT concat_ws('|', no, id, tenant, run_id, collection, step, agent, severity, finding, interventions, attributes, created, valid_until,
                improved, no_change, worse, unknown, round(success::numeric, 6), outcome, follow_up, notes, reported IS NOT NULL) FROM pipeline.learnings
            """)).Should().Be(
                "1|dc9e6ade-a209-82f6-833a-216f73f9a80d|acme|run-1|default|answer|planner|3|It timed out.|{retry,wait}|{\"region\": \"eu\"}|1767323045000000|4922996645000000|"
                + "1|0|0|0|0.585368|1|follow-up|ok|t");
        (await ReadAsync("SELECT concat_ws('|', learning, words) FROM pipeline.learning_words")).Should().Be("1|{-2360061336945647429,-1791179894333492607,-3456133092056763787}");
        (await ReadAsync("SELECT concat_ws('|', learning, follow_up, tenant, outcome, former, notes) FROM pipeline.learning_reports")).Should().Be("1|follow-up|acme|1|3|ok");
        (await ReadAsync("SELECT concat_ws('|', no, model, dimension) FROM pipeline.learning_spaces")).Should().Be("1|small|2");
        (await ReadAsync("SELECT concat_ws('|', learning, space, tenant, vector) FROM pipeline.learning_embeddings")).Should().Be("1|1|acme|{0.6,0.8}");
    }

    [Theory]
    [InlineData("severity = 9")]
    [InlineData("attributes = '[1]'")]
    [InlineData("attributes = '{\"a\": 1}'")]
    [InlineData("attributes = '{\"a\": null}'")]
    [InlineData("run_id = ''")]
    [InlineData("interventions = '{a,a}'")]
    [InlineData("improved = -1")]
    [InlineData("outcome = 7")]
    public async Task A_row_that_the_suite_does_not_write_is_left_out_and_hides_no_other(string change)
    {
        var ids = await _process.Store.RecordAsync([Record("foreign"), Record("own-1"), Record("own-2")]);
        await _database.Node.ExecuteAsync($"UPDATE pipeline.learnings SET {change} WHERE run_id = 'foreign'", _database.Database);

        (await _process.Store.GetAsync(Tenant, ids[0])).Should().BeNull();
        var read = new List<string>();
        LearningPosition? after = null;
        do
        {
            var page = await _process.Store.QueryAsync(All, limit: 1, after);
            read.AddRange(page.Items.Select(one => one.Record.RunId));
            after = page.Next;
        }
        while (after is not null);
        read.Should().BeEquivalentTo("own-1", "own-2");
        var recalled = await _process.Store.RecallAsync(Anything);
        recalled.IsDegraded.Should().BeFalse();
        recalled.Matches.Should().HaveCount(2);
    }

    [Fact]
    public void A_word_has_a_key_of_its_tenant()
    {
        LearningWordKeys.Of("acme", ["TIMED"]).Should().Equal(-1791179894333492607);
        LearningWordKeys.Of("acme", ["TIMED", "OUT"]).Should().HaveCount(2).And.OnlyHaveUniqueItems();
        LearningWordKeys.Of("other", ["TIMED"]).Should().NotEqual(LearningWordKeys.Of("acme", ["TIMED"]));
        LearningWordKeys.Of("acme", []).Should().BeEmpty();
    }

    [Fact]
    public async Task The_success_by_which_the_server_ranks_is_the_one_that_the_process_computes()
    {
        await _process.Store.RecordAsync(Record());
        foreach (var (improved, noChange, worse) in new[] { (0L, 0L, 0L), (1, 0, 0), (10, 0, 0), (0, 3, 4), (7, 2, 5), (1, 100_000, 3), (5_000_000_000, 1, 1) })
        {
            await _database.Node.ExecuteAsync(
                string.Create(CultureInfo.InvariantCulture, $"UPDATE pipeline.learnings SET improved = {improved}, no_change = {noChange}, worse = {worse}, unknown = 9"), _database.Database);

            var expected = new OutcomeCounts { Improved = improved, NoChange = noChange, Worse = worse, Unknown = 9 }.SuccessFactor;
            ((double)(await _database.Node.ScalarAsync("SELECT success FROM pipeline.learnings", _database.Database))!).Should().BeApproximately(expected, 1e-9);
        }
    }

    private async Task<string?> ReadAsync(string sql) => (string?)await _database.Node.ScalarAsync(sql, _database.Database);
}
