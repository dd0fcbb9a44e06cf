using System.Globalization;

namespace Pipeline.Queues;

/// <summary>The dead letters of an in-memory queue.</summary>
internal sealed class InMemoryDeadLetterQueue(InMemoryQueue queue, InMemoryQueueState state) : IDeadLetterQueue
{
    // A redrive of very many letters takes the queue's lock this many letters at a time, so that others get their turn.
    private const int BatchSize = QueueLimits.MaxBatchSize;

    public ValueTask<DeadLetterPage> BrowseAsync(
        DeadLetterFilter filter, int maxCount = 100, string? continuation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        QueueArguments.CheckPage(maxCount);
        var after = ParseContinuation(continuation);
        cancellationToken.ThrowIfCancellationRequested();
        lock (queue.Gate)
        {
            var moment = queue.Begin();
            var found = state.DeadLetters.Select(filter, after).Take(maxCount + 1).ToList();
            queue.Settle(moment);
            var items = found.Take(maxCount).ToList();
            var next = found.Count > maxCount ? items[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null;
            return ValueTask.FromResult(new DeadLetterPage([.. items.Select(shelved => shelved.Letter)], next));
        }
    }

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        cancellationToken.ThrowIfCancellationRequested();
        lock (queue.Gate)
        {
            var moment = queue.Begin();
            var count = state.DeadLetters.Select(filter).LongCount();
            queue.Settle(moment);
            return ValueTask.FromResult(count);
        }
    }

    public ValueTask<long> RedriveAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default) =>
        ActInBatches(filter, maxCount, state.Redrive, cancellationToken);

    public ValueTask<long> DiscardAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default) =>
        ActInBatches(filter, maxCount, state.Discard, cancellationToken);

    private static long ParseContinuation(string? continuation)
    {
        if (continuation is null)
        {
            return 0;
        }

        return long.TryParse(continuation, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw new ArgumentException("The continuation is not one that this queue gave. Pass that of the page before, or null.", nameof(continuation));
    }

    private ValueTask<long> ActInBatches(DeadLetterFilter filter, long maxCount, Action<ShelvedLetter, long> act, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        long done = 0;
        long after = 0;
        long? upTo = null;
        while (done < maxCount)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (queue.Gate)
            {
                var moment = queue.Begin();

                // Letters that die while this runs are not part of it; else a message that fails at once could keep it going for ever.
                upTo ??= state.DeadLetters.LastSequence;
                var batch = state.DeadLetters.Select(filter, after, upTo.Value).Take((int)Math.Min(BatchSize, maxCount - done)).ToList();
                foreach (var shelved in batch)
                {
                    act(shelved, moment.Now);
                }

                queue.Settle(moment);
                if (batch.Count == 0)
                {
                    return ValueTask.FromResult(done);
                }

                done += batch.Count;
                after = batch[^1].Sequence;
            }
        }

        return ValueTask.FromResult(done);
    }
}
