using Microsoft.Extensions.AI;

namespace Pipeline.Learning;

/// <summary>Makes the embeddings of findings and of what is sought, by the host's generator.</summary>
internal sealed class FindingEmbedder(IEmbeddingGenerator<string, Embedding<float>> generator)
{
    /// <returns>The embeddings, in the order of the texts.</returns>
    /// <exception cref="InvalidOperationException">The generator breaks its promise, or does not name its model.</exception>
    /// <exception cref="ArgumentException">A vector is none that can be compared: empty, all zeros, or with NaN or infinity.</exception>
    public async Task<LearningEmbedding[]> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var embeddings = await generator.GenerateAsync(texts, cancellationToken: cancellationToken).ConfigureAwait(false);
        return embeddings.Count == texts.Count
            ? [.. embeddings.Select(embedding => new LearningEmbedding(ModelOf(embedding), embedding.Vector))]
            : throw new InvalidOperationException(
                $"The embedding generator was given {texts.Count} texts and made {embeddings.Count} embeddings. Mend it: it has to make one for each.");
    }

    // What the generator says of itself comes first: the answers of some services name a model more exactly on one day than on another.
    private string ModelOf(Embedding<float> embedding) =>
        generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelId
        ?? embedding.ModelId
        ?? throw new InvalidOperationException(
            "The embedding generator names no model, so that its vectors could be mixed with another's. Make it with a default model id.");
}
