using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Vectors;

namespace Pipeline.Throughput.Postgres;

/// <summary>How much of what exact search in memory finds the index in PostgreSQL finds, and in what time, with filters that keep more and less.</summary>
internal static class VectorRecall
{
    private const int Items = 100_000;
    private const int Dimension = 384;
    private const int Queries = 200;
    private const int Nearest = 10;
    private const int BatchSize = 500;
    private const double LeastRecall = 0.95;

    private static readonly VectorScope Scope = new("recall", "acme");

    private static readonly (string Name, VectorFilter? Filter)[] Cases =
    [
        ("all", null),
        ("50 %", VectorFilter.EqualTo("half", 1)),
        ("10 %", VectorFilter.EqualTo("tenth", 1)),
        ("1 %", VectorFilter.EqualTo("hundredth", 1)),
        ("0.1 %", VectorFilter.EqualTo("thousandth", 1)),
    ];

    /// <returns>The exit code: 1 where recall is below what is promised.</returns>
    public static async Task<int> RunAsync(string connectionString)
    {
        var services = new ServiceCollection();
        services.AddPipeline().UsePostgres(connectionString, configure: static options => options.Schema = "recall");
        await using var provider = services.BuildServiceProvider();
        await provider.StartPipelineAsync();
        var index = provider.GetRequiredService<IVectorIndex>();
        var exact = new InMemoryVectorIndex();
        var vectors = new ClusteredVectors(seed: 7, Dimension);
        await FillAsync(index, exact, vectors);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Items:N0} × {Dimension}, {Queries} queries of {Nearest}: 160 candidates, hnsw.ef_search 160."));
        Console.WriteLine("| filter keeps | recall@10 | of `Exact` | median | 95th percentile | `Exact`, median | in memory, median |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        float[][] queries = [.. Enumerable.Range(0, Queries).Select(_ => vectors.Next())];
        var isEnough = true;
        foreach (var (name, filter) in Cases)
        {
            isEnough &= await MeasureAsync(name, filter, queries, index, exact) >= LeastRecall;
        }

        return isEnough ? 0 : 1;
    }

    private static async Task FillAsync(IVectorIndex index, InMemoryVectorIndex exact, ClusteredVectors vectors)
    {
        var definition = new VectorCollectionDefinition { Name = Scope.Collection, Model = "clustered", Dimension = Dimension };
        var live = await index.Collections.EnsureAsync(definition);
        await exact.Collections.EnsureAsync(definition);

        // As for a new model: a version without an index is filled, and its validation makes the index.
        var built = await index.Collections.BuildAsync(definition);
        var scope = new VectorScope(Scope.Collection, Scope.Tenant, built.Version);
        var watch = Stopwatch.StartNew();
        foreach (var numbers in Enumerable.Range(0, Items).Chunk(BatchSize))
        {
            VectorItem[] batch = [.. numbers.Select(vectors.NextItem)];
            await index.UpsertAsync(scope, batch);
            await exact.UpsertAsync(Scope, batch);
        }

        var filled = watch.Elapsed;
        var validation = await index.Collections.ValidateAsync(Scope.Collection, built.Version);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Filled in {filled.TotalSeconds:F0} s, indexed and validated in {(watch.Elapsed - filled).TotalSeconds:F0} s: a recall of {validation.Recall:F3} of {validation.SampleSize} stored vectors."));
        await index.Collections.SwitchAsync(Scope.Collection, built.Version);
        await index.Collections.RetireAsync(Scope.Collection, live.Version);
    }

    private static async Task<double> MeasureAsync(string name, VectorFilter? filter, float[][] queries, IVectorIndex index, InMemoryVectorIndex exact)
    {
        var (expected, found, foundExactly) = (0, 0, 0);
        List<double> times = [], exactTimes = [], memoryTimes = [];
        foreach (var vector in queries)
        {
            var query = new VectorQuery { Vector = vector, Limit = Nearest, Filter = filter };
            var nearest = (await TimeAsync(exact, query, memoryTimes)).Select(static match => match.Id).ToHashSet();
            expected += nearest.Count;
            found += (await TimeAsync(index, query, times)).Count(match => nearest.Contains(match.Id));
            foundExactly += (await TimeAsync(index, query with { Exact = true }, exactTimes)).Count(match => nearest.Contains(match.Id));
        }

        var recall = (double)found / expected;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {recall:F3} | {(double)foundExactly / expected:F3} | {At(times, 0.5):F1} ms | {At(times, 0.95):F1} ms | {At(exactTimes, 0.5):F1} ms | {At(memoryTimes, 0.5):F1} ms |"));
        return recall;
    }

    private static async Task<IReadOnlyList<VectorMatch>> TimeAsync(IVectorIndex index, VectorQuery query, List<double> times)
    {
        var watch = Stopwatch.StartNew();
        var found = await index.SearchAsync(Scope, query);
        times.Add(watch.Elapsed.TotalMilliseconds);
        return found;
    }

    private static double At(List<double> times, double share) => times.Order().ElementAt((int)(times.Count * share));
}
