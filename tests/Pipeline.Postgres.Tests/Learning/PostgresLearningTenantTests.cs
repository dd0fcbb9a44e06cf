using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Learning;
using Pipeline.Postgres.Fixtures;
using Xunit;

namespace Pipeline.Postgres.Learning;

/// <summary>One tenant's rows never reach another: by the statements, and by the wall behind them.</summary>
public sealed class PostgresLearningTenantTests : IAsyncLifetime
{
    private static readonly string[] Tenants = ["a", "b"];
    private static readonly string[] Tables = ["learnings", "learning_reports", "learning_embeddings"];
    private static readonly string[] Findings = ["alpha bravo", "charlie", "alpha charlie delta"];

    private readonly PostgresFixture _database = new();
    private readonly string _role = $"app_{Guid.NewGuid():N}";

    public Task InitializeAsync() => _database.InitializeAsync();

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _database.Node.ExecuteAsync($"DROP ROLE IF EXISTS {_role}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_tenants_with_identical_texts_each_finds_its_own_only_whatever_is_done(bool isSuperuser)
    {
        await using var process = LearningProcess.Start(isSuperuser ? _database.ConnectionString : await CreateOwnerAsync());
        var store = process.Store;
        var random = new Random(7);
        var model = Tenants.ToDictionary(tenant => tenant, _ => new HashSet<LearningId>(), StringComparer.Ordinal);
        for (var i = 0; i < 60; i++)
        {
            var tenant = Tenants[random.Next(Tenants.Length)];
            var filter = new LearningFilter { Tenant = tenant, RunId = random.Next(100) < 70 ? $"run-{random.Next(4)}" : null };
            switch (random.Next(6))
            {
                case < 3:
                    var record = NewRecord(random, tenant);
                    model[tenant].Add(await store.RecordAsync(record));
                    break;
                case 3:
                    var page = await store.QueryAsync(filter);
                    await store.ForgetAsync(filter);
                    model[tenant].ExceptWith(page.Items.Select(one => one.Id));
                    break;
                case 4:
                    var id = model[Tenants[random.Next(Tenants.Length)]].FirstOrDefault();
                    var report = new OutcomeReport { Tenant = tenant, LearningId = id, FollowUpId = "f", Outcome = LearningOutcome.Improved };
                    (await store.ReportOutcomeAsync(report)).Should().Be(model[tenant].Contains(id));
                    break;
                default:
                    await store.ExpireAsync();
                    break;
            }

            foreach (var one in Tenants)
            {
                await AssertSeesAsync(store, one, model[one]);
            }
        }
    }

    [Fact]
    public async Task A_statement_that_names_no_tenant_sees_and_writes_nothing_even_as_the_owner()
    {
        var connectionString = await CreateOwnerAsync();
        await using var process = LearningProcess.Start(connectionString);
        var id = await process.Store.RecordAsync(LearningSamples.Record() with { Embedding = LearningSamples.Embedding(1, 0) });
        await process.Store.ReportOutcomeAsync(LearningSamples.Report(id));
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync();

        foreach (var table in Tables)
        {
            (await ScalarAsync(connection, $"SELECT count(*) FROM pipeline.{table}")).Should().Be(0L);
            (await ScalarAsync(connection, $"SELECT set_config('pipeline.tenant', 'other', false); SELECT count(*) FROM pipeline.{table}")).Should().Be("other");
            (await ScalarAsync(connection, $"SELECT count(*) FROM pipeline.{table}")).Should().Be(0L);
            (await ScalarAsync(connection, $"WITH gone AS (DELETE FROM pipeline.{table} RETURNING 1) SELECT count(*) FROM gone")).Should().Be(0L);
            await ScalarAsync(connection, "SELECT set_config('pipeline.tenant', 'acme', false)");
            (await ScalarAsync(connection, $"SELECT count(*) FROM pipeline.{table}")).Should().Be(1L);
            await ScalarAsync(connection, "SELECT set_config('pipeline.tenant', '', false)");
        }

        var written = () => ScalarAsync(connection, "INSERT INTO pipeline.learning_reports VALUES (1, 'f', 'acme', 1, 0, NULL, 0)");
        (await written.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task The_walls_keep_neither_expiry_nor_the_index_of_words_from_a_role_that_they_bind()
    {
        var connectionString = await CreateOwnerAsync();
        await using var process = LearningProcess.Start(connectionString);
        var ended = LearningSamples.Record() with { ValidUntil = LearningSamples.Created };
        await process.Store.RecordAsync(ended);
        await process.Store.RecordAsync(ended with { Tenant = "other" });
        await process.Store.RecordAsync(ended with { RunId = "stays", ValidUntil = null });

        (await process.Store.ExpireAsync()).Should().Be(2);
        (await process.Store.QueryAsync(LearningSamples.All)).Items.Should().ContainSingle();

        await process.Store.RecordAsync([.. Enumerable.Range(0, 1000).Select(i => LearningSamples.Record($"run-{i}", $"word{i}"))]);
        await _database.Node.ExecuteAsync("ANALYZE pipeline.learnings, pipeline.learning_words", _database.Database);
        (await ExplainAsync(connectionString, new LearningStatements(process.Connection.Sql).RecallByWords)).Should().Contain("learning_words_held");
    }

    private static async Task<string> ExplainAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"EXPLAIN {sql}", connection);
        command.Parameters.Filter(LearningSamples.All).Double(null).Double(0.1).Int(64).Longs(LearningWordKeys.Of(LearningSamples.Tenant, ["WORD1", "WORD2"])).Int(2);
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        return string.Join('\n', plan);
    }

    private static LearningRecord NewRecord(Random random, string tenant) => new()
    {
        Tenant = tenant,
        RunId = $"run-{random.Next(4)}",
        Step = "answer",
        Finding = Findings[random.Next(Findings.Length)],
        Created = LearningSamples.Created,
        Embedding = LearningSamples.Embedding(1, random.Next(3)),
    };

    private static async Task AssertSeesAsync(PostgresLearningStore store, string tenant, HashSet<LearningId> expected)
    {
        var all = LearningSamples.Anything with { Filter = new LearningFilter { Tenant = tenant } };
        foreach (var query in new[] { all, all with { Text = "alpha" }, all with { Embedding = LearningSamples.Embedding(1, 0) } })
        {
            var recalled = await store.RecallAsync(query);
            recalled.IsDegraded.Should().BeFalse();
            recalled.Matches.Select(match => match.Learning.Id).Should().BeEquivalentTo(expected);
        }

        (await store.QueryAsync(all.Filter)).Items.Select(one => one.Id).Should().BeEquivalentTo(expected);
        (await store.OutcomesAsync(all.Filter)).Sum(one => one.Runs).Should().Be(expected.Count);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>A role that owns the schema, and is no superuser, whom no policy binds.</summary>
    private async Task<string> CreateOwnerAsync()
    {
        var node = _database.Node;
        await node.ExecuteAsync($"CREATE ROLE {_role} LOGIN PASSWORD 'secret'; GRANT CREATE ON DATABASE {_database.Database} TO {_role}");
        return new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = _role, Password = "secret" }.ConnectionString;
    }
}
