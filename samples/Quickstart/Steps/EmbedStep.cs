using Microsoft.Extensions.AI;
using Pipeline.Steps;
using Quickstart.Documents;

namespace Quickstart.Steps;

/// <summary>Embeds the chunks, a batch at a time. Any generator will do: another is another line where services are registered.</summary>
internal sealed class EmbedStep(IEmbeddingGenerator<string, Embedding<float>> generator) : IChainStep<Document>
{
    // What a model's server commonly takes in one call.
    private const int BatchSize = 64;

    public async ValueTask<ChainResult<Document>> ExecuteAsync(Document item, ChainContext context, CancellationToken cancellationToken)
    {
        var embedded = new List<Chunk>(item.Chunks!.Count);
        foreach (var batch in item.Chunks.Chunk(BatchSize))
        {
            var embeddings = await generator.GenerateAsync(batch.Select(chunk => chunk.Text), cancellationToken: cancellationToken);
            embedded.AddRange(batch.Zip(embeddings, (chunk, embedding) => chunk with { Vector = embedding.Vector }));
        }

        return ChainResult.Continue(item with { Chunks = embedded });
    }
}
