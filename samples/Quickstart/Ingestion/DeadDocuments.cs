using Pipeline.Queues;
using Quickstart.Documents;

namespace Quickstart.Ingestion;

/// <summary>Reads and redrives the dead letters of the documents' queue.</summary>
internal sealed class DeadDocuments(IQueue<Document> documents)
{
    private readonly IDeadLetterQueue _letters = documents.Untyped.DeadLetters;

    /// <summary>Lists what has died since a run began: a queue that outlives its processes also has the dead letters of earlier runs.</summary>
    public async Task<IReadOnlyList<DeadDocument>> ListAsync(SharedRun run, CancellationToken cancellationToken)
    {
        var filter = new DeadLetterFilter { DeadFrom = run.StartedAt };
        var dead = new List<DeadDocument>();
        string? continuation = null;
        do
        {
            var page = await _letters.BrowseAsync(filter, QueueLimits.MaxBatchSize, continuation, cancellationToken);
            dead.AddRange(page.Items.Select(Describe));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return dead;
    }

    /// <summary>Gives one document back to the queue.</summary>
    public async Task RedriveAsync(DeadDocument document, CancellationToken cancellationToken) =>
        await _letters.RedriveAsync(DeadLetterFilter.ById(document.MessageId), cancellationToken: cancellationToken);

    /// <summary>Whether a document is in the dead letters now.</summary>
    public async Task<bool> IsDeadAsync(DeadDocument document, CancellationToken cancellationToken) =>
        await _letters.CountAsync(DeadLetterFilter.ById(document.MessageId), cancellationToken) > 0;

    private DeadDocument Describe(DeadLetter letter)
    {
        var path = documents.TryRead(letter.Message, out var document) ? document.Path : letter.Message.ToString();
        var error = letter.LastError;
        return new DeadDocument(letter.Message.Id, path, error?.Message ?? "its worker died", error?.Step ?? "", letter.Deliveries);
    }
}
