using Pipeline.Queues;

namespace Snippets;

internal static class QueueSnippets
{
    public static async Task WorkByHandAsync(IQueue queue, Func<ReceivedMessage, Task> handleAsync, CancellationToken ct)
    {
        // snippet: queue-by-hand
        await queue.EnqueueAsync(new QueueMessage("hello"u8.ToArray()) { Tenant = "acme", OrderingKey = "customer-7" }, ct);

        foreach (var message in await queue.ReceiveAsync(maxMessages: 10, lease: TimeSpan.FromSeconds(30), wait: TimeSpan.FromSeconds(20), ct))
        {
            try
            {
                await handleAsync(message);
                await queue.CompleteAsync(message.Receipt, cancellationToken: ct);
            }
            catch (Exception exception) when (exception is not LeaseLostException)
            {
                await queue.AbandonAsync(QueueAbandonment.Failed(message.Receipt, MessageError.From(exception), TimeSpan.FromSeconds(5)), ct);
            }
        }
        // end snippet
    }

    public static async Task<long> RedriveAsync(IQueue queue, CancellationToken ct)
    {
        // snippet: redrive
        var page = await queue.DeadLetters.BrowseAsync(new DeadLetterFilter { Reason = DeadLetterReason.Exhausted }, cancellationToken: ct);
        foreach (var letter in page.Items)
        {
            Console.WriteLine($"{letter.Message.Id}: {letter.Attempts[^1].Error?.Message}");
        }

        var redriven = await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All, maxCount: 100, ct);
        // end snippet
        return redriven;
    }
}
