using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>
/// A queue with leases: what was enqueued is delivered at least once, until it is completed or dead, whatever process or server dies.
/// </summary>
/// <remarks>
/// <para>
/// <b>Leases and receipts.</b> A receive leases messages. A lease that is neither renewed nor ended in time runs out, is counted as a
/// crash, and the message comes again. Every receipt carries an attempt token that rises with each delivery, so a receipt of an earlier
/// delivery is refused: a slow consumer can never complete another's delivery. Calls that take receipts act on those that are still
/// held, and return those whose lease was lost.
/// </para>
/// <para>
/// <b>Counters.</b> Deliveries, failures and crashes are counted apart. A message becomes a dead letter when failures and crashes
/// together reach its maximum; deferring and returning charge none of the three.
/// </para>
/// <para>
/// <b>Order.</b> Messages with the same ordering key (of one tenant) are delivered strictly one at a time in the order of their
/// arrival, across processes, retries and crashes. Otherwise first deliveries are first in, first out per tenant and priority; a higher
/// priority goes first among one tenant's messages. A delayed message takes its place when it comes due; a retry with an ordering key
/// keeps its place. Concurrent producers have no order among themselves.
/// </para>
/// <para>
/// <b>Fairness.</b> Tenants take turns: in each round every tenant that has something ready gets as many messages as its weight, so
/// the backlog of one does not delay another's first message beyond a round.
/// </para>
/// <para>
/// <b>Atomicity.</b> Each call is one atomic act on an unsharded queue: a batch is taken whole or not at all, a completion and its
/// follow-ups happen together, and a message that fails for the last time is at no moment in neither place. A call that is cancelled is
/// wholly done or not done; messages of a receive that comes back too late are given back. Every call is one round trip.
/// </para>
/// <para>
/// <b>Repeats.</b> All calls are safe to repeat. An enqueue that is repeated with the same messages within five minutes of a lost
/// answer adds nothing twice. Repeat what was sent: a backend may know a call as a whole, and then takes a message that is sent again among others for a new one. A
/// completion whose answer was lost reports its receipts as lost when it is repeated.
/// </para>
/// <para>All members are thread safe, and throw <see cref="BackendUnavailableException"/> where the backend does not answer.</para>
/// </remarks>
public interface IQueue : ICapabilityProvider
{
    /// <summary>The queue's name and options.</summary>
    QueueDefinition Definition { get; }

    /// <summary>The messages that are not delivered any more.</summary>
    IDeadLetterQueue DeadLetters { get; }

    /// <summary>Adds messages.</summary>
    /// <param name="messages">1 to 1,000 messages, taken whole or not at all.</param>
    /// <param name="cancellationToken">Cancels the call, also while it waits for room.</param>
    /// <returns>A result for each message, in their order. Messages are safe when the task completes.</returns>
    /// <exception cref="ArgumentException">
    /// There are no messages or too many, a body or the headers are too long, or the batch could never fit the queue's capacity.
    /// </exception>
    /// <exception cref="QueueFullException">The queue has no room, and <see cref="QueueOptions.WhenFull"/> says to refuse.</exception>
    ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default);

    /// <summary>Leases messages.</summary>
    /// <param name="maxMessages">The most messages to lease, 1 to 1,000.</param>
    /// <param name="lease">How long they are the caller's, 100 milliseconds to 12 hours, by the backend's clock.</param>
    /// <param name="wait">
    /// How long to wait for the first message; zero asks once, <see cref="Timeout.InfiniteTimeSpan"/> waits until the call is cancelled.
    /// What is there is given at once, even if it is less than <paramref name="maxMessages"/>. Waiting is by notification, not by polling.
    /// </param>
    /// <param name="cancellationToken">Cancels the call; nothing stays leased by it.</param>
    /// <returns>The messages, or an empty list when none came in time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    ValueTask<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Ends messages that are done. Each message is gone and its follow-ups exist, in one act.</summary>
    /// <param name="completions">1 to 1,000 completions.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The receipts whose lease was lost, and for which nothing was done; empty if none.</returns>
    /// <remarks>
    /// Where a follow-up's queue cannot share the act (another hash slot of a cluster), its message is added first, under an id that
    /// makes the repeat after a crash harmless.
    /// </remarks>
    /// <exception cref="ArgumentException">There are no completions or too many, or a follow-up could not be enqueued as it is.</exception>
    ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        IReadOnlyList<QueueCompletion> completions, CancellationToken cancellationToken = default);

    /// <summary>Makes leases last from now on.</summary>
    /// <param name="receipts">1 to 1,000 receipts.</param>
    /// <param name="lease">How long from now, 100 milliseconds to 12 hours, by the backend's clock.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The receipts whose lease was lost; empty if none.</returns>
    /// <exception cref="ArgumentException">There are no receipts or too many, or <paramref name="lease"/> is out of range.</exception>
    ValueTask<IReadOnlyList<QueueReceipt>> RenewAsync(
        IReadOnlyList<QueueReceipt> receipts, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Gives messages up: for a retry, for later, or back.</summary>
    /// <param name="abandonments">1 to 1,000 abandonments. A message that fails for the last time becomes a dead letter in the same act.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The receipts whose lease was lost, and for which nothing was done; empty if none.</returns>
    /// <exception cref="ArgumentException">There are no abandonments or too many, or a checkpoint's body is too long.</exception>
    ValueTask<IReadOnlyList<QueueReceipt>> AbandonAsync(
        IReadOnlyList<QueueAbandonment> abandonments, CancellationToken cancellationToken = default);

    /// <summary>Moves messages to the dead letters at once.</summary>
    /// <param name="rejections">1 to 1,000 rejections.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The receipts whose lease was lost, and for which nothing was done; empty if none.</returns>
    /// <exception cref="ArgumentException">There are no rejections or too many, or a checkpoint's body is too long.</exception>
    ValueTask<IReadOnlyList<QueueReceipt>> DeadLetterAsync(
        IReadOnlyList<QueueRejection> rejections, CancellationToken cancellationToken = default);

    /// <summary>Counts what is in the queue and what went through it.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The figures, from the backend.</returns>
    ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken = default);
}
