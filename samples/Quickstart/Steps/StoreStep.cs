using Pipeline.Steps;
using Quickstart.Documents;
using Quickstart.Storage;

namespace Quickstart.Steps;

/// <summary>Stores the chunks with their vectors.</summary>
internal sealed class StoreStep(ChunkStore store, TimeProvider time) : IChainStep<Document>
{
    public async ValueTask<ChainResult<Document>> ExecuteAsync(Document item, ChainContext context, CancellationToken cancellationToken)
    {
        var text = item.Text!;
        var latency = time.GetUtcNow() - context.EnqueuedAt!.Value;
        await store.PutAsync(new StoredDocument(item.Path, text.Encoding, text.Bytes, item.Chunks!, latency), cancellationToken);
        return ChainResult.Continue(item);
    }
}
