using Microsoft.Extensions.AI;

namespace Pipeline.Caching;

/// <summary>
/// A deterministic embedder that goes by spelling: texts with the same words and runs of three letters are near to each other, whatever they mean. It stands
/// in for a model, which sees "not" hardly better.
/// </summary>
internal sealed class SpellingEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    public const string Model = "spelling";

    private const int Dimension = 512;
    private const int WordWeight = 2;

    private int _calls;

    /// <summary>What a text becomes.</summary>
    public Func<string, float[]> Embed { get; set; } = OfSpelling;

    public Exception? Failure { get; set; }

    /// <summary>What a call waits for before it answers.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public string? ModelId { get; set; } = Model;

    /// <summary>What a call says that it used.</summary>
    public UsageDetails? Usage { get; set; }

    public int Calls => _calls;

    /// <summary>The worst there can be: every text is the same.</summary>
    public static float[] OfNothing(string text) => [1, 0, 0];

    public static float[] OfSpelling(string text)
    {
        var vector = new float[Dimension];
        foreach (var word in text.ToLowerInvariant().Split([' ', '?', '.', ',', '!'], StringSplitOptions.RemoveEmptyEntries))
        {
            Add(word, WordWeight);
            var padded = $" {word} ";
            for (var i = 0; i + 3 <= padded.Length; i++)
            {
                Add(padded.Substring(i, 3), 1);
            }
        }

        vector[0] += 1e-6f;
        return vector;

        // FNV-1a, since the framework's hashes differ from process to process.
        void Add(string piece, float weight) =>
            vector[piece.Aggregate(2166136261u, static (hash, c) => (hash ^ c) * 16777619u) % Dimension] += weight;
    }

    public static double Cosine(string left, string right) =>
        System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(OfSpelling(left).AsSpan(), OfSpelling(right).AsSpan());

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        await Gate;
        return Failure is { } failure ? throw failure : new(values.Select(text => new Embedding<float>(Embed(text)))) { Usage = Usage };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("spelling", defaultModelId: ModelId) : null;

    public void Dispose()
    {
    }
}
