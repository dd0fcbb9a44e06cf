using Pipeline.Queues;
using Pipeline.Steps;
using Quickstart.Documents;

namespace Quickstart.Steps;

/// <summary>Reads the file. Sorts what no retry can mend (a dead letter at once) from what may pass (a retry).</summary>
internal sealed class ReadStep : IChainStep<Document>
{
    public async ValueTask<ChainResult<Document>> ExecuteAsync(Document item, ChainContext context, CancellationToken cancellationToken)
    {
        try
        {
            return ChainResult.Continue(item with { Text = await DocumentReader.ReadAsync(item.Path, cancellationToken) });
        }
        catch (InvalidDataException e)
        {
            throw new UnprocessableMessageException(e.Message, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnprocessableMessageException("permission denied", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnprocessableMessageException("not found", e);
        }
    }
}
