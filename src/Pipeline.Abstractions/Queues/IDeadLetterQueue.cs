using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The dead letters of one queue.</summary>
/// <remarks>
/// Thread safe. Dead letters stay until they are redriven or discarded. All calls throw <see cref="BackendUnavailableException"/> where
/// the backend does not answer.
/// </remarks>
public interface IDeadLetterQueue
{
    /// <summary>Reads dead letters, oldest first, and changes nothing.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="maxCount">How many at most, 1 to 1,000.</param>
    /// <param name="continuation">Where to go on: <see cref="DeadLetterPage.Continuation"/> of the page before; <see langword="null"/> to begin.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A page; letters that arrive meanwhile may or may not be on a later one, and none is on two.</returns>
    /// <exception cref="ArgumentException"><paramref name="continuation"/> is not one of this queue's.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxCount"/> is out of range.</exception>
    ValueTask<DeadLetterPage> BrowseAsync(
        DeadLetterFilter filter, int maxCount = 100, string? continuation = null, CancellationToken cancellationToken = default);

    /// <summary>Counts dead letters.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The count.</returns>
    ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives dead letters back to the queue, oldest first, with their checkpoint, with failures and crashes at zero and at the end of
    /// the line. Where a dead letter blocks its ordering key, the message resumes its own place instead, since nothing passed it.
    /// </summary>
    /// <param name="filter">Which.</param>
    /// <param name="maxCount">How many at most.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>How many were redriven.</returns>
    /// <remarks>Each batch is atomic: a crash in the middle, or a second redrive at the same time, loses and doubles nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxCount"/> is less than 1.</exception>
    ValueTask<long> RedriveAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default);

    /// <summary>Deletes dead letters for good, oldest first, and unblocks the ordering keys that they blocked.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="maxCount">How many at most.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>How many were discarded.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxCount"/> is less than 1.</exception>
    ValueTask<long> DiscardAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default);
}
