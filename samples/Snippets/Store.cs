using Pipeline.Steps;

namespace Snippets;

internal sealed class Store : IChainStep<Document>
{
    public ValueTask<ChainResult<Document>> ExecuteAsync(Document document, ChainContext context, CancellationToken cancellationToken) =>
        ChainResult.Continue(document);
}
