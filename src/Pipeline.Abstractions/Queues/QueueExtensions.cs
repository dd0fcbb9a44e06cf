namespace Pipeline.Queues;

/// <summary>Calls on a queue for one message at a time.</summary>
public static class QueueExtensions
{
    /// <summary>Adds one message.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancels the call, also while it waits for room.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">The body or the headers are too long.</exception>
    /// <exception cref="QueueFullException">The queue has no room, and <see cref="QueueOptions.WhenFull"/> says to refuse.</exception>
    public static async ValueTask<EnqueueResult> EnqueueAsync(
        this IQueue queue, QueueMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(message);
        var results = await queue.EnqueueAsync([message], cancellationToken).ConfigureAwait(false);
        return results[0];
    }

    /// <summary>Ends one message that is done.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="receipt">The delivery.</param>
    /// <param name="followUps">The messages that come to exist in the same act; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the message is gone.</returns>
    /// <exception cref="LeaseLostException">The lease was lost; nothing was done.</exception>
    public static async ValueTask CompleteAsync(
        this IQueue queue, QueueReceipt receipt, IReadOnlyList<QueueFollowUp>? followUps = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ThrowIfLost(queue, await queue.CompleteAsync([new QueueCompletion(receipt, followUps)], cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Makes one lease last from now on.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="receipt">The delivery.</param>
    /// <param name="lease">How long from now.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the lease is renewed.</returns>
    /// <exception cref="LeaseLostException">The lease was lost.</exception>
    public static async ValueTask RenewAsync(
        this IQueue queue, QueueReceipt receipt, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ThrowIfLost(queue, await queue.RenewAsync([receipt], lease, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Gives one message up.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="abandonment">The delivery, and why it is given up.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the message is given up.</returns>
    /// <exception cref="LeaseLostException">The lease was lost; nothing was done.</exception>
    public static async ValueTask AbandonAsync(
        this IQueue queue, QueueAbandonment abandonment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(abandonment);
        ThrowIfLost(queue, await queue.AbandonAsync([abandonment], cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Moves one message to the dead letters at once.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="rejection">The delivery, and why no retry can help.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the message is dead.</returns>
    /// <exception cref="LeaseLostException">The lease was lost; nothing was done.</exception>
    public static async ValueTask DeadLetterAsync(
        this IQueue queue, QueueRejection rejection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(rejection);
        ThrowIfLost(queue, await queue.DeadLetterAsync([rejection], cancellationToken).ConfigureAwait(false));
    }

    private static void ThrowIfLost(IQueue queue, IReadOnlyList<QueueReceipt> lost)
    {
        if (lost.Count > 0)
        {
            throw new LeaseLostException(queue.Definition.Name, lost[0]);
        }
    }
}
