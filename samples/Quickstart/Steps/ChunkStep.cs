using Pipeline.Steps;
using Quickstart.Documents;

namespace Quickstart.Steps;

/// <summary>Cuts the text into chunks.</summary>
internal sealed class ChunkStep : IChainStep<Document>
{
    public ValueTask<ChainResult<Document>> ExecuteAsync(Document item, ChainContext context, CancellationToken cancellationToken) =>
        ChainResult.Continue(item with { Chunks = Chunker.Split(item.Text!.Content) });
}
