using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Pipeline.Vectors;

namespace Pipeline.Benchmarks.Vectors;

/// <summary>
/// The ten nearest of 100,000 vectors of 384 dimensions by cosine, on one thread: in the in-memory index, whole and with filters that let through half, a
/// hundredth and a thousandth of the items, and, as the raw limit, in a loop over one array of the same vectors that keeps the ten best.
/// </summary>
[MemoryDiagnoser]
public class VectorSearchBenchmarks
{
    private const int Items = 100_000;
    private const int Dimension = 384;
    private const int Nearest = 10;
    private const int BatchSize = 1_000;

    private static readonly VectorScope Scope = new("chunks", "acme");

    private readonly InMemoryVectorIndex _index = new();
    private readonly float[] _vectors = new float[Items * Dimension];
    private readonly float[] _query = new float[Dimension];
    private readonly PriorityQueue<int, float> _best = new(Nearest + 1);
    private VectorQuery _all = null!;
    private VectorQuery _half = null!;
    private VectorQuery _hundredth = null!;
    private VectorQuery _thousandth = null!;

    [GlobalSetup]
    public async Task FillAsync()
    {
        var random = new Random(1);
        for (var i = 0; i < Items; i++)
        {
            FillWithDirection(random, _vectors.AsSpan(i * Dimension, Dimension));
        }

        FillWithDirection(random, _query);
        await _index.Collections.EnsureAsync(new VectorCollectionDefinition
        {
            Name = Scope.Collection,
            Model = "random",
            Dimension = Dimension,
            FilterFields = new Dictionary<string, VectorValueKind>
            {
                ["language"] = VectorValueKind.Text,
                ["source"] = VectorValueKind.WholeNumber,
                ["document"] = VectorValueKind.Text,
            },
        });
        foreach (var batch in Enumerable.Range(0, Items).Select(number => ItemOf(number, random)).Chunk(BatchSize))
        {
            await _index.UpsertAsync(Scope, batch);
        }

        _all = new VectorQuery { Vector = _query, Limit = Nearest };
        _half = _all with { Filter = VectorFilter.EqualTo("language", "en") };
        _hundredth = _all with { Filter = VectorFilter.EqualTo("source", 7) };
        _thousandth = _all with { Filter = VectorFilter.EqualTo("document", "document-7") };
    }

    /// <summary>The raw limit: vectors of length one in one array, their dot products, the ten best.</summary>
    [Benchmark(Baseline = true)]
    public int BareLoop()
    {
        _best.Clear();
        var floor = float.NegativeInfinity;
        for (var i = 0; i < Items; i++)
        {
            var score = TensorPrimitives.Dot<float>(_query, _vectors.AsSpan(i * Dimension, Dimension));
            if (score > floor)
            {
                _best.Enqueue(i, score);
                if (_best.Count > Nearest)
                {
                    _best.Dequeue();
                    _best.TryPeek(out _, out floor);
                }
            }
        }

        return _best.Count;
    }

    [Benchmark]
    public int Search() => Run(_all);

    [Benchmark]
    public int SearchHalf() => Run(_half);

    [Benchmark]
    public int SearchHundredth() => Run(_hundredth);

    [Benchmark]
    public int SearchThousandth() => Run(_thousandth);

    private static void FillWithDirection(Random random, Span<float> vector)
    {
        foreach (ref var component in vector)
        {
            component = random.NextSingle() - 0.5f;
        }

        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
    }

    private int Run(VectorQuery query) => Completed.ResultOf(_index.SearchAsync(Scope, query)).Count;

    // Drawn, not counted off: the passing items lie in no order, and texts are objects of their own, as they are when they come from outside.
    private VectorItem ItemOf(int number, Random random) => new()
    {
        Id = $"item-{number}",
        Vector = _vectors.AsMemory(number * Dimension, Dimension),
        Payload = new Dictionary<string, VectorValue>
        {
            ["language"] = new string(random.Next(2) == 0 ? "en" : "de"),
            ["source"] = (long)random.Next(100),
            ["document"] = $"document-{random.Next(1_000)}",
        },
    };
}
