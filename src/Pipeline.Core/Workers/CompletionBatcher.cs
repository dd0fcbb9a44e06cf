using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>
/// Coalesces completions: one goes out at once when none is in flight; those that come meanwhile go out together when it has returned.
/// There is no timer, so a single caller waits for nothing but its own round trip.
/// </summary>
internal sealed class CompletionBatcher(Func<IReadOnlyList<QueueCompletion>, Task<IReadOnlyList<QueueReceipt>>> complete)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<CompletionBatch> _waiting = new();
    private bool _inFlight;

    /// <summary>Completes a message durably.</summary>
    /// <returns>Whether its lease was still held.</returns>
    public Task<bool> CompleteAsync(QueueCompletion completion)
    {
        CompletionBatch batch;
        bool begin;
        lock (_gate)
        {
            batch = OpenBatch();
            batch.Items.Add(completion);
            begin = !_inFlight;
            _inFlight = true;
        }

        if (begin)
        {
            _ = FlushAsync();
        }

        return batch.IsKeptAsync(completion.Receipt);
    }

    private CompletionBatch OpenBatch()
    {
        if (_waiting.Last is not { Value.IsFull: false } open)
        {
            open = _waiting.AddLast(new CompletionBatch());
        }

        return open.Value;
    }

    private async Task FlushAsync()
    {
        while (TakeBatch() is { } batch)
        {
            try
            {
                batch.Lose(await complete(batch.Items).ConfigureAwait(false));
            }
            catch (Exception exception) when (batch.Items.Count == 1)
            {
                batch.Refuse(batch.Items[0].Receipt, exception);
            }
            catch (Exception)
            {
                // The call was refused for one of them (a follow-up that no queue takes, say); the others must not share its fate.
                await CompleteOneByOneAsync(batch).ConfigureAwait(false);
            }

            batch.Settle();
        }
    }

    private async Task CompleteOneByOneAsync(CompletionBatch batch)
    {
        foreach (var completion in batch.Items)
        {
            try
            {
                batch.Lose(await complete([completion]).ConfigureAwait(false));
            }
            catch (Exception exception)
            {
                batch.Refuse(completion.Receipt, exception);
            }
        }
    }

    private CompletionBatch? TakeBatch()
    {
        lock (_gate)
        {
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                return first.Value;
            }

            _inFlight = false;
            return null;
        }
    }
}
