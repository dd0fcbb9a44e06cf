using System.Data.Common;

namespace Pipeline.Queues;

/// <summary>
/// An ability of queues that share a database with the application: their acts take the caller's own transaction, so a message exists
/// exactly if the caller's transaction commits.
/// </summary>
/// <remarks>Found by <c>queue.GetCapability&lt;ITransactionalQueue&gt;()</c>. Thread safe as far as the transaction is.</remarks>
public interface ITransactionalQueue
{
    /// <summary>Adds messages within the caller's transaction.</summary>
    /// <param name="messages">1 to 1,000 messages.</param>
    /// <param name="transaction">The caller's transaction. Neither committed nor disposed here.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A result for each message, in their order; it holds if the transaction commits.</returns>
    /// <exception cref="ArgumentException">The transaction is not one of the backend's own client, or has ended.</exception>
    ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<QueueMessage> messages, DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Ends messages within the caller's transaction.</summary>
    /// <param name="completions">1 to 1,000 completions.</param>
    /// <param name="transaction">The caller's transaction. Neither committed nor disposed here.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The receipts whose lease was lost; a caller that finds its own there rolls back.</returns>
    /// <exception cref="ArgumentException">The transaction is not one of the backend's own client, or has ended.</exception>
    ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        IReadOnlyList<QueueCompletion> completions, DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>
    /// Wakes waiting consumers after the caller's transaction has committed. Without it they find the messages within 5 seconds.
    /// </summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the notification was sent.</returns>
    ValueTask WakeAsync(CancellationToken cancellationToken = default);
}
