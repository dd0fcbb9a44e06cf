namespace Pipeline.State;

/// <summary>
/// What waits for the consumer of one <see cref="IStateStore.WatchAsync"/>: the reports that its prefix lets through, up to a bound. Of more, one
/// <see cref="StateChangeKind.Resync"/> takes the place.
/// </summary>
/// <remarks>For the authors of backends. Any number of threads may add; one at a time takes.</remarks>
/// <param name="prefix">What the keys begin with whose changes are reported; empty for all.</param>
public sealed class StateChangeBuffer(string prefix)
{
    /// <summary>The most reports that wait: 1,000.</summary>
    public const int Capacity = 1_000;

    private readonly Lock _gate = new();
    private readonly Queue<StateChange> _waiting = new();
    private TaskCompletionSource? _reader;

    /// <summary>Adds a report, if its key has the prefix or it has none.</summary>
    /// <param name="change">The report.</param>
    public void Add(in StateChange change)
    {
        if (change.Key is { } key && !key.Key.StartsWith(prefix, StringComparison.Ordinal))
        {
            return;
        }

        TaskCompletionSource? reader;
        lock (_gate)
        {
            // Who is to read everything anew needs no report from before. And a consumer that cannot keep up is told to, which is less work for it and bounds the memory.
            if (change.Kind == StateChangeKind.Resync || _waiting.Count == Capacity)
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

    /// <summary>Takes the next report, and waits for it where there is none.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The report.</returns>
    public async ValueTask<StateChange> TakeAsync(CancellationToken cancellationToken = default)
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
