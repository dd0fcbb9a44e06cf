using System.Globalization;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Learning;
using Pipeline.Postgres.Fixtures;
using Xunit;

namespace Pipeline.Postgres.Learning;

/// <summary>Generated learnings, reports and queries: what is recalled from a server is what is recalled from memory.</summary>
public sealed class PostgresLearningAgreementTests : IDisposable
{
    private const int Learnings = 700;
    private const int Queries = 60;
    private const int Dimension = 12;

    // The server compares in single precision; the process scores all that it returned once more.
    private const double Tolerance = 1e-5;

    private static readonly DateTimeOffset Now = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Vocabulary = [.. Enumerable.Range(0, 30).Select(i => string.Create(CultureInfo.InvariantCulture, $"wörd{i}")), "ÜBER", "größe", "42", "λόγος", "слово"];

    private readonly InMemoryLearningStore _memory = new(new ManualTimeProvider(Now));

    public void Dispose() => _memory.Dispose();

    [Theory]
    [InlineData(PostgresTopologyKind.Node, 1)]
    [InlineData(PostgresTopologyKind.Plain, 2)]
    public async Task Recall_over_postgres_is_recall_in_memory(PostgresTopologyKind kind, int seed)
    {
        var connectionString = await SharedServers.CreateEmptyDatabaseAsync(kind);
        await using var process = LearningProcess.Start(connectionString);
        await process.Connection.PrepareAsync(CancellationToken.None);
        await StopClockAsync(connectionString);
        var random = new Random(seed);
        await FillAsync(process.Store, random);

        for (var i = 0; i < Queries; i++)
        {
            var query = NewQuery(random);
            var (expected, actual) = (await _memory.RecallAsync(query), await process.Store.RecallAsync(query));

            actual.IsDegraded.Should().BeFalse();
            Compare(expected.Matches, actual.Matches, $"query {i}: {query.Text}, {query.Filter}, {query.MinScore}, {query.DuplicateSimilarity}, {query.MaxTokens}");
        }
    }

    private static void Compare(IReadOnlyList<LearningMatch> expected, IReadOnlyList<LearningMatch> actual, string because)
    {
        actual.Should().HaveCount(expected.Count, because);
        foreach (var (mine, theirs) in expected.Zip(actual))
        {
            theirs.Score.Total.Should().BeApproximately(mine.Score.Total, Tolerance, because);
            theirs.Basis.Should().Be(mine.Basis);

            // Only what scores the same may stand in another's place.
            if (theirs.Learning.Id != mine.Learning.Id)
            {
                mine.Score.Total.Should().BeApproximately(theirs.Score.Total, Tolerance, because);
                expected.Select(match => match.Learning.Id).Should().Contain(theirs.Learning.Id, because);
                continue;
            }

            theirs.Score.Similarity.Should().BeApproximately(mine.Score.Similarity, Tolerance, because);
            theirs.Score.Success.Should().Be(mine.Score.Success, because);
            theirs.Score.Recency.Should().BeApproximately(mine.Score.Recency, 1e-9, because);
            theirs.Learning.Outcomes.Should().Be(mine.Learning.Outcomes);
            var certain = Math.Min(mine.Duplicates.Count, theirs.Duplicates.Count);
            theirs.Duplicates.Take(certain).Should().BeEquivalentTo(mine.Duplicates.Take(certain), because);
        }
    }

    private static async Task StopClockAsync(string connectionString)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(string.Create(
            CultureInfo.InvariantCulture,
            $"CREATE OR REPLACE FUNCTION {PostgresSchema.DefaultName}.learning_now() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT {LearningTime.ToMicroseconds(Now)}'"));
        await command.ExecuteNonQueryAsync();
    }

    private static string Words(Random random, int most) =>
        string.Join(random.Next(4) == 0 ? ", " : " ", Enumerable.Range(0, random.Next(1, most)).Select(_ => Vocabulary[random.Next(Vocabulary.Length)]));

    private static LearningEmbedding Embedding(Random random)
    {
        // Around a few centres, so that there are near-duplicates.
        var centre = new Random(random.Next(12));
        return new("small", Enumerable.Range(0, Dimension).Select(_ => (float)(centre.NextDouble() - 0.5 + (random.NextDouble() * 0.2))).ToArray());
    }

    private static RecallQuery NewQuery(Random random)
    {
        var byEmbedding = random.Next(2) == 0;
        return new RecallQuery
        {
            Filter = new LearningFilter
            {
                Tenant = LearningSamples.Tenant,
                Step = random.Next(4) == 0 ? "classify" : null,
                MinSeverity = random.Next(5) == 0 ? LearningSeverity.Medium : LearningSeverity.Info,
                Outcome = random.Next(8) == 0 ? LearningOutcome.Improved : null,
            },
            Embedding = byEmbedding ? Embedding(random) : null,
            Text = random.Next(5) == 0 ? null : Words(random, 6),
            Limit = random.Next(1, 40),
            MinScore = random.Next(3) * 0.05,
            HalfLife = random.Next(3) == 0 ? null : TimeSpan.FromDays(random.Next(1, 200)),
            DuplicateSimilarity = random.Next(3) == 0 ? null : 0.9 + (random.NextDouble() * 0.1),
            MaxTokens = random.Next(3) == 0 ? random.Next(1, 200) : null,
        };
    }

    private async Task FillAsync(PostgresLearningStore store, Random random)
    {
        var records = Enumerable.Range(0, Learnings).Select(i => LearningSamples.Record(string.Create(CultureInfo.InvariantCulture, $"run-{i}"), Words(random, 12)) with
        {
            Step = random.Next(3) == 0 ? "classify" : "answer",
            Severity = (LearningSeverity)random.Next(4),
            Created = Now.AddMinutes(-i * 97),
            ValidUntil = random.Next(10) == 0 ? Now.AddMinutes(random.Next(-100, 100)) : null,
            Embedding = random.Next(10) == 0 ? null : Embedding(random),
        }).ToArray();
        var ids = await store.RecordAsync(records);
        await _memory.RecordAsync(records);
        for (var i = 0; i < Learnings / 2; i++)
        {
            var report = LearningSamples.Report(ids[random.Next(ids.Count)], (LearningOutcome)random.Next(1, 5), string.Create(CultureInfo.InvariantCulture, $"f-{random.Next(5)}"));
            (await store.ReportOutcomeAsync(report)).Should().Be(await _memory.ReportOutcomeAsync(report));
        }
    }
}
