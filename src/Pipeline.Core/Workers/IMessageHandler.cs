using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>Works on one message at a time for a <see cref="QueueWorker"/>.</summary>
/// <remarks>
/// One instance handles several messages at once, so implementations are thread safe. Chains and steps have handlers of their own;
/// implement this to take messages as they are.
/// </remarks>
public interface IMessageHandler
{
    /// <summary>
    /// Handles a message. Returning completes it together with the follow-ups left on the context; throwing abandons it for a retry.
    /// </summary>
    /// <param name="context">The message, and where the handler leaves follow-ups and a checkpoint.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the lease is lost, when <see cref="QueueWorkerOptions.HandlerTimeout"/> is over, or when the time for draining is over.
    /// </param>
    /// <returns>A task that completes when the message is done.</returns>
    /// <exception cref="UnprocessableMessageException">No retry can help: the message becomes a dead letter at once.</exception>
    /// <exception cref="RateLimiting.RateLimitRejectedException">
    /// A rate limit refused the work: the message waits, or is deferred, and nothing is charged to it.
    /// </exception>
    ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken);
}
