using Pipeline.Queues;
using Pipeline.Steps;

namespace Snippets;

// snippet: chain-step
internal sealed class Extract : IChainStep<Document>
{
    public async ValueTask<ChainResult<Document>> ExecuteAsync(Document document, ChainContext context, CancellationToken cancellationToken)
    {
        if (!File.Exists(document.Path))
        {
            throw new UnprocessableMessageException("The file is gone."); // no retry can help: a dead letter at once
        }

        var text = await File.ReadAllTextAsync(document.Path, cancellationToken);
        return text.Length == 0 ? ChainResult.Halt<Document>("empty") : ChainResult.Continue(document with { Text = text });
    }
}
// end snippet
