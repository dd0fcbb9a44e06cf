using Microsoft.Extensions.AI;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>Embeds requests by the host's generator.</summary>
internal sealed class SemanticEmbedder(IEmbeddingGenerator<string, Embedding<float>> generator)
{
    private readonly string? _model = generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelId;

    // Such a generator reports to the run by itself.
    private readonly bool _isMetered = generator.GetService(typeof(MeteredEmbeddingGenerator)) is not null;

    /// <returns>The vector, its model, and what it took if nobody else reports that.</returns>
    /// <exception cref="InvalidOperationException">The generator breaks its promise, or does not name its model.</exception>
    public async Task<(ReadOnlyMemory<float> Vector, string Model, EmbeddingCharge? Charge)> EmbedAsync(string text, CancellationToken cancellationToken)
    {
        var embeddings = await generator.GenerateAsync([text], cancellationToken: cancellationToken).ConfigureAwait(false);
        if (embeddings.Count != 1)
        {
            throw new InvalidOperationException($"The embedding generator was given one text and made {embeddings.Count} embeddings. Mend it: it has to make one for each.");
        }

        var model = _model ?? embeddings[0].ModelId ?? throw new InvalidOperationException(
            "The embedding generator names no model, so that its vectors could be mixed with another's. Make it with a default model id.");
        var charge = _isMetered || embeddings.Usage is null ? null : new EmbeddingCharge(embeddings.Usage.ToTokenUsage(), model);
        return (embeddings[0].Vector, model, charge);
    }
}
