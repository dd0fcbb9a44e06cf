using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Learning;

namespace Pipeline.Throughput.Postgres;

/// <summary>How much of what a comparison with every embedding recalls the index recalls, and in what time, with half-lives and filters that suit it more and less.</summary>
internal static class LearningRecall
{
    private const int Learnings = 100_000;
    private const int Dimension = 384;
    private const int Queries = 100;
    private const int BatchSize = 500;
    private const int Days = 365;

    // Of each hundred: how many were tried again, and helped. The others were never reported on, or did not help.
    private const int Helped = 2;
    private const int Useless = 5;
    private const double LeastRecall = 0.95;
    private const string Tenant = "acme";

    private static readonly LearningFilter All = new() { Tenant = Tenant };

    private static readonly (string Name, RecallQuery Query)[] Cases =
    [
        ("as by default (half-life 90 days, 5)", new() { Filter = All }),
        ("half-life 7 days", new() { Filter = All, HalfLife = TimeSpan.FromDays(7) }),
        ("no half-life, 10", new() { Filter = All, HalfLife = null, Limit = 10 }),
        ("step of 9 %, 10", new() { Filter = All with { Step = "step-3" }, HalfLife = null, Limit = 10 }),
        ("step of 1 %, 10", new() { Filter = All with { Step = "rare-3" }, HalfLife = null, Limit = 10 }),
    ];

    /// <returns>The exit code: 1 where recall is below what is promised.</returns>
    public static async Task<int> RunAsync(string connectionString)
    {
        var services = new ServiceCollection();
        services.AddPipeline().UsePostgres(connectionString, configure: static options => options.Schema = "recall");
        await using var provider = services.BuildServiceProvider();
        await provider.StartPipelineAsync();
        await using var database = NpgsqlDataSource.Create(connectionString);
        var store = provider.GetRequiredService<ILearningStore>();
        var vectors = new ClusteredVectors(seed: 7, Dimension);
        await FillAsync(store, database, vectors);
        RecallQuery[] queries = [.. Enumerable.Range(0, Queries).Select(_ => new RecallQuery { Filter = All, Embedding = new("clustered", vectors.Next()) })];

        var nearest = new List<(double Median, double Slow, IReadOnlyList<HashSet<LearningId>> Found)>();
        foreach (var (_, query) in Cases)
        {
            nearest.Add(await MeasureAsync(store, query, queries));
        }

        await RunAsync(database, "DROP INDEX recall.learning_embeddings_1_hnsw");
        Console.WriteLine("| recall | recall | median | 95th percentile | each compared, median | 95th percentile |\n|---|---|---|---|---|---|");
        var isEnough = true;
        for (var i = 0; i < Cases.Length; i++)
        {
            var exact = await MeasureAsync(store, Cases[i].Query, queries);
            var recall = exact.Found.Zip(nearest[i].Found, static (all, some) => all.Count(some.Contains)).Sum() / (double)exact.Found.Sum(static all => all.Count);
            isEnough &= recall >= LeastRecall;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Cases[i].Name} | {recall:F3} | {nearest[i].Median:F1} ms | {nearest[i].Slow:F1} ms | {exact.Median:F1} ms | {exact.Slow:F1} ms |"));
        }

        return isEnough ? 0 : 1;
    }

    private static async Task FillAsync(ILearningStore store, NpgsqlDataSource database, ClusteredVectors vectors)
    {
        var watch = Stopwatch.StartNew();
        await store.RecordAsync([NewRecord(0, vectors)]);

        // Filled without, which is faster, and made as the first to record makes it.
        await RunAsync(database, "DROP INDEX IF EXISTS recall.learning_embeddings_1_hnsw");
        foreach (var numbers in Enumerable.Range(1, Learnings - 1).Chunk(BatchSize))
        {
            var ids = await store.RecordAsync([.. numbers.Select(number => NewRecord(number, vectors))]);
            for (var i = 0; i < ids.Count; i++)
            {
                if (numbers[i] % 100 < Helped + Useless)
                {
                    var outcome = numbers[i] % 100 < Helped ? LearningOutcome.Improved : LearningOutcome.Worse;
                    await store.ReportOutcomeAsync(new OutcomeReport { Tenant = Tenant, LearningId = ids[i], FollowUpId = "again", Outcome = outcome });
                }
            }
        }

        var filled = watch.Elapsed;
        await RunAsync(database, $"SELECT recall.hnsw_index('learning_embeddings_1_hnsw', 'learning_embeddings', 'vector', {Dimension}, 0, 'space', 1)");
        var indexed = watch.Elapsed;
        await RunAsync(database, "VACUUM ANALYZE recall.learnings, recall.learning_embeddings");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Learnings:N0} × {Dimension}: filled in {filled.TotalSeconds:F0} s, indexed in {(indexed - filled).TotalSeconds:F0} s."));
    }

    private static LearningRecord NewRecord(int number, ClusteredVectors vectors) => new()
    {
        Tenant = Tenant,
        RunId = string.Create(CultureInfo.InvariantCulture, $"run-{number}"),
        Step = number % 1_000 is < 100 ? string.Create(CultureInfo.InvariantCulture, $"rare-{number % 10}") : string.Create(CultureInfo.InvariantCulture, $"step-{number % 10}"),
        Finding = string.Create(CultureInfo.InvariantCulture, $"What run {number} found of the subject at hand, in a sentence as long as such sentences are."),
        Created = TimeProvider.System.GetUtcNow().AddMinutes(-(number * 7_919L % (Days * 24 * 60))),
        Embedding = new("clustered", vectors.Next()),
    };

    private static async Task<(double Median, double Slow, IReadOnlyList<HashSet<LearningId>> Found)> MeasureAsync(ILearningStore store, RecallQuery one, RecallQuery[] queries)
    {
        var (times, found) = (new List<double>(), new List<HashSet<LearningId>>());
        foreach (var query in queries)
        {
            var watch = Stopwatch.StartNew();
            var result = await store.RecallAsync(one with { Embedding = query.Embedding });
            times.Add(watch.Elapsed.TotalMilliseconds);
            found.Add([.. result.Matches.Select(static match => match.Learning.Id)]);
        }

        return (At(times, 0.5), At(times, 0.95), found);
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    private static double At(List<double> times, double share) => times.Order().ElementAt((int)(times.Count * share));
}
