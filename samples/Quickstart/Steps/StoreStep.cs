using Pipeline.Steps;
using Quickstart.Documents;
using Quickstart.Storage;

namespace Quickstart.Steps;

/// <summary>Stores the chunks with their vectors.</summary>
internal sealed class StoreStep(InMemoryChunkStore store, TimeProvider time) : IChainStep<Document>
{
    public ValueTask<ChainResult<Document>> ExecuteAsync(Document item, ChainContext context, CancellationToken cancellationToken)
    {
        var text = item.Text!;
        store.Put(new StoredDocument(item.Path, text.Encoding, text.Bytes, item.Chunks!, time.GetUtcNow() - context.EnqueuedAt!.Value));
        return ChainResult.Continue(item);
    }
}
