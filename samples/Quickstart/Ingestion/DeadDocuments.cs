using System.Text.Json;
using Pipeline.Queues;
using Quickstart.Documents;

namespace Quickstart.Ingestion;

/// <summary>Reads and redrives the dead letters of the documents' queue.</summary>
internal sealed class DeadDocuments(IQueue<Document> documents)
{
    private readonly IDeadLetterQueue _letters = documents.Untyped.DeadLetters;

    public async Task<IReadOnlyList<DeadDocument>> ListAsync(CancellationToken cancellationToken)
    {
        var dead = new List<DeadDocument>();
        string? continuation = null;
        do
        {
            var page = await _letters.BrowseAsync(DeadLetterFilter.All, QueueLimits.MaxBatchSize, continuation, cancellationToken);
            dead.AddRange(page.Items.Select(Describe));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return dead;
    }

    /// <summary>Gives one document back to the queue.</summary>
    public async Task RedriveAsync(DeadDocument document, CancellationToken cancellationToken) =>
        await _letters.RedriveAsync(DeadLetterFilter.ById(document.MessageId), cancellationToken: cancellationToken);

    private static DeadDocument Describe(DeadLetter letter)
    {
        var document = JsonSerializer.Deserialize(letter.Message.Body.Span, DocumentJson.Default.Document)!;
        var error = letter.Attempts[^1].Error;
        return new DeadDocument(letter.Message.Id, document.Path, error?.Message ?? "its worker died", error?.Step ?? "", letter.Deliveries);
    }
}
