namespace Pipeline.State;

/// <summary>One watch of a space: what is reported and not taken yet, up to a bound.</summary>
internal sealed class StateWatch(string prefix)
{
    internal const int MostWaiting = 1_000;

    private readonly Lock _gate = new();
    private readonly Queue<StateChange> _waiting = new();
    private TaskCompletionSource? _reader;

    public void Add(in StateChange change)
    {
        if (change.Key is { } key && !key.Key.StartsWith(prefix, StringComparison.Ordinal))
        {
            return;
        }

        TaskCompletionSource? reader;
        lock (_gate)
        {
            // A consumer that cannot keep up is told to read what it cares for, which is less work for it and bounds the memory.
            if (_waiting.Count == MostWaiting)
            {
                _waiting.Clear();
                _waiting.Enqueue(new StateChange(StateChangeKind.Resync));
            }
            else
            {
                _waiting.Enqueue(change);
            }

            reader = _reader;
            _reader = null;
        }

        reader?.SetResult();
    }

    /// <summary>Takes the next report. For one reader.</summary>
    public async ValueTask<StateChange> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task arrival;
            lock (_gate)
            {
                if (_waiting.TryDequeue(out var change))
                {
                    return change;
                }

                _reader ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                arrival = _reader.Task;
            }

            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
