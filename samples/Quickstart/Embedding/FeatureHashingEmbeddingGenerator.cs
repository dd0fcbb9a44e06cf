using Microsoft.Extensions.AI;

namespace Quickstart.Embedding;

/// <summary>
/// Embeds texts without a model or a network, by feature hashing: texts that share words, pairs of words or parts of words are near each
/// other. It knows no meanings, so it stands in for a model where a sample must run anywhere.
/// </summary>
/// <remarks>
/// K. Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009: a feature's hash says at which place its weight
/// is added, and with which sign, so that features which meet at one place cancel out on average. The same text has the same vector in
/// every process. Thread safe.
/// </remarks>
internal sealed class FeatureHashingEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    public const int Dimensions = 1_024;
    public const string Model = "feature-hashing";

    private static readonly EmbeddingGeneratorMetadata Metadata = new(Model, defaultModelId: Model, defaultModelDimensions: Dimensions);

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var features = new TextFeatures();
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        foreach (var text in values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            features.Count(text);
            embeddings.Add(new Embedding<float>(features.ToVector(Dimensions)));
        }

        return Task.FromResult(embeddings);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
        // There is nothing to let go; the interface asks for it.
    }
}
