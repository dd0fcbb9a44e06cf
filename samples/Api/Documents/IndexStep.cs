using System.Text.Json;
using Pipeline.Queues;
using Pipeline.State;
using Pipeline.Steps;

namespace Api.Documents;

/// <summary>Indexes a document, and keeps account of it where its sender can see it.</summary>
internal sealed class IndexStep(ITaskTracker tasks) : IChainStep<Document>
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    public async ValueTask<ChainResult<Document>> ExecuteAsync(Document item, ChainContext context, CancellationToken cancellationToken)
    {
        var start = await tasks.StartAsync(context.Call.Tenant, item.Id.ToString(), Lease, cancellationToken);
        switch (start.Outcome)
        {
            case TrackedTaskOutcome.Applied:
                break;
            case TrackedTaskOutcome.Held:
                throw new InvalidOperationException("An attempt that was lost still holds the document. It is tried again.");
            default:
                return ChainResult.Halt<Document>("The document is done, was cancelled, or is not wanted any more.");
        }

        try
        {
            await IndexAsync(item, start.Lease!, cancellationToken);
            return ChainResult.Continue(item);
        }
        catch (Exception exception) when (exception is not UnprocessableMessageException)
        {
            // A worker that shuts down is no fault of the document's.
            var cause = exception is OperationCanceledException ? null : MessageError.From(exception);
            await tasks.ReleaseAsync(start.Lease!, cause, CancellationToken.None);
            throw;
        }
    }

    private async Task IndexAsync(Document item, TrackedTaskLease lease, CancellationToken cancellationToken)
    {
        if (item.Text.Contains('\uFFFD', StringComparison.Ordinal))
        {
            const string Problem = "The text was damaged before it was sent: it holds U+FFFD. Send it in UTF-8.";
            await tasks.FailAsync(lease, new MessageError("DamagedText", Problem), cancellationToken);
            throw new UnprocessableMessageException(Problem);
        }

        var words = item.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var index = new DocumentIndex(words.Length, words.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        await tasks.CompleteAsync(lease, JsonSerializer.SerializeToUtf8Bytes(index, ApiJson.Default.DocumentIndex), cancellationToken);
    }
}
