using Microsoft.Extensions.AI;
using Pipeline.Diagnostics;

namespace Pipeline.Telemetry;

/// <summary>An embedding generator whose calls are metered. As thread safe as the generator inside.</summary>
internal sealed class MeteredEmbeddingGenerator : DelegatingEmbeddingGenerator<string, Embedding<float>>
{
    private readonly ModelClientMeter _meter;
    private readonly ModelClient _client;

    public MeteredEmbeddingGenerator(IEmbeddingGenerator<string, Embedding<float>> inner, ModelClientMeter meter)
        : base(inner)
    {
        _meter = meter;
        var metadata = inner.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata;
        _client = new(GenAiConventions.Embeddings, metadata?.ProviderName, metadata?.ProviderUri, metadata?.DefaultModelId);
    }

    /// <inheritdoc/>
    public override async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = new ModelCall(_meter, _client, options?.ModelId, cancellationToken);
        try
        {
            var embeddings = await base.GenerateAsync(values, options, cancellationToken).ConfigureAwait(false);
            call.Usage = embeddings.Usage;
            if (embeddings.Count > 0)
            {
                call.ResponseModel = embeddings[0].ModelId;
                call.Activity?.SetTag(GenAiConventions.DimensionCount, embeddings[0].Vector.Length);
            }

            return embeddings;
        }
        catch (Exception e)
        {
            call.Error = e;
            throw;
        }
        finally
        {
            call.End();
        }
    }
}
