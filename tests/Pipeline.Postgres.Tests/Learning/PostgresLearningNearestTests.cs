using System.Globalization;
using FluentAssertions;
using Pipeline.Learning;
using Pipeline.Postgres.Fixtures;
using Xunit;

namespace Pipeline.Postgres.Learning;

/// <summary>Recall by the index of embeddings, where a tenant has many, beside that of a store in memory, which compares each.</summary>
public sealed class PostgresLearningNearestTests : IAsyncLifetime, IDisposable
{
    private const int Learnings = 6_000;
    private const int Dimension = 16;
    private const int Queries = 80;
    private const string Index = "learning_embeddings_1_hnsw";
    private const string Other = "other";

    private readonly InMemoryLearningStore _memory = new();
    private readonly Random _random = new(11);
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private string _connectionString = "";
    private LearningProcess _process = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await SharedServers.CreateDatabaseAsync();
        _process = LearningProcess.Start(_connectionString);
        foreach (var numbers in Enumerable.Range(0, Learnings).Chunk(1_000))
        {
            var records = numbers.Select(NewRecord).ToArray();
            var ids = await _process.Store.RecordAsync(records);
            await _memory.RecordAsync(records);
            await _process.Store.RecordAsync([.. records.Select(record => record with { Tenant = Other })]);
            foreach (var id in ids.Where(_ => _random.Next(10) == 0))
                await ReportAsync(id);
        }

        await ExecuteAsync("ANALYZE pipeline.learnings, pipeline.learning_embeddings, pipeline.learning_helped");
    }

    public async Task DisposeAsync() => await _process.DisposeAsync();

    public void Dispose() => _memory.Dispose();

    [Fact]
    public async Task It_recalls_what_a_comparison_with_each_recalls_and_never_of_another_tenant_with_the_same_learnings()
    {
        var (expected, found) = (0, 0);
        for (var i = 0; i < Queries; i++)
        {
            var query = NewQuery();
            var all = (await _memory.RecallAsync(query)).Matches.Select(match => match.Learning.Id).ToHashSet();
            var recalled = await _process.Store.RecallAsync(query);

            recalled.IsDegraded.Should().BeFalse();
            recalled.Matches.Select(match => match.Score.Total).Should().BeInDescendingOrder();
            recalled.Matches.Should().OnlyContain(match => match.Learning.Record.Tenant == LearningSamples.Tenant && match.Learning.Id == LearningId.Of(match.Learning.Record));
            (expected, found) = (expected + all.Count, found + recalled.Matches.Count(match => all.Contains(match.Learning.Id)));
        }

        ((double)found / expected).Should().BeGreaterThanOrEqualTo(0.98);
        await Waiting.UntilAsync(async () => await ScansAsync() > Queries / 2, "the index to be asked");
    }

    [Fact]
    public async Task What_helped_is_recalled_whatever_lies_nearer()
    {
        await _process.Store.RecordAsync([.. Enumerable.Range(0, 1_000).Select(i => NewRecord(Learnings + 1 + i) with { Created = _now, Embedding = At(1 - (i * 0.0002f)) })]);
        var helpful = (await _process.Store.RecordAsync([NewRecord(Learnings) with { Created = _now, Embedding = At(0.75f) }]))[0];
        for (var i = 0; i < 5; i++)
            await _process.Store.ReportOutcomeAsync(LearningSamples.Report(helpful, LearningOutcome.Improved, $"again {i}"));

        var recalled = await _process.Store.RecallAsync(
            new RecallQuery { Filter = LearningSamples.All, HalfLife = null, DuplicateSimilarity = null, Embedding = At(1), Limit = 3 });

        recalled.Matches[0].Learning.Id.Should().Be(helpful);
        recalled.Matches.Should().HaveCount(3);
    }

    [Fact]
    public async Task Without_the_index_each_is_compared()
    {
        await ExecuteAsync($"DROP INDEX pipeline.{Index}");
        var query = NewQuery();

        (await _process.Store.RecallAsync(query)).Matches.Select(match => match.Learning.Id).Should().BeEquivalentTo((await _memory.RecallAsync(query)).Matches.Select(match => match.Learning.Id));
    }

    [Fact]
    public async Task A_process_that_records_sees_to_the_index()
    {
        await ExecuteAsync($"DROP INDEX pipeline.{Index}");
        await using var process = LearningProcess.Start(_connectionString);
        await process.Store.RecordAsync([NewRecord(Learnings)]);

        (await ScalarAsync($"SELECT count(*) FROM pg_indexes WHERE indexname = '{Index}'")).Should().Be(1);
    }

    private LearningRecord NewRecord(int number) => LearningSamples.Record(string.Create(CultureInfo.InvariantCulture, $"run-{number}")) with
    {
        Step = number % 4 == 0 ? "classify" : "answer",
        Created = _now.AddMinutes(-_random.Next(60 * 24 * 90)),
        Embedding = NewEmbedding(),
    };

    private LearningEmbedding NewEmbedding()
    {
        var centre = new Random(_random.Next(100));
        return new("small", Enumerable.Range(0, Dimension).Select(_ => (float)(centre.NextDouble() - 0.5 + ((_random.NextDouble() - 0.5) * 0.5))).ToArray());
    }

    /// <summary>An embedding at a similarity to that of 1.</summary>
    private static LearningEmbedding At(float similarity)
    {
        var vector = new float[Dimension];
        (vector[0], vector[1]) = (similarity, MathF.Sqrt(1 - (similarity * similarity)));
        return new("small", vector);
    }

    private RecallQuery NewQuery() => new()
    {
        Filter = LearningSamples.All with { Step = _random.Next(4) == 0 ? "classify" : null },
        Embedding = NewEmbedding(),
        Limit = _random.Next(1, 30),
        HalfLife = _random.Next(2) == 0 ? null : TimeSpan.FromDays(_random.Next(10, 200)),
        DuplicateSimilarity = _random.Next(2) == 0 ? null : 0.98,
    };

    private async Task ReportAsync(LearningId id)
    {
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var report = LearningSamples.Report(id, (LearningOutcome)_random.Next(1, 5), string.Create(CultureInfo.InvariantCulture, $"f-{i}"));
            (await _process.Store.ReportOutcomeAsync(report)).Should().Be(await _memory.ReportOutcomeAsync(report));
        }
    }

    private async Task<long> ScansAsync() => await ScalarAsync($"SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = '{Index}'");

    private async Task<long> ScalarAsync(string sql)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(_connectionString);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(_connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
