namespace Pipeline.Telemetry;

public sealed partial class BufferedTelemetrySink
{
    private readonly List<FlushWaiter> _flushes = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FlushWaiter? waiter = null;
        var signal = PumpSignal.None;
        lock (_gate)
        {
            if (!_isClosing)
            {
                if (_lanes.Count + _batch.Count + OnDisk == 0)
                {
                    return;
                }

                waiter = new FlushWaiter(_lanes.Accounting.Entered, _lanes.Diagnostic.Entered, _spill?.Appended ?? 0);
                _flushes.Add(waiter);
                signal = _pump == PumpState.Running ? PumpSignal.None : PumpSignal.Run;
                _pump = PumpState.Running;
            }
        }

        Send(signal);
        try
        {
            await (waiter?.Done ?? _closed.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Forget(waiter);
        }
    }

    /// <summary>
    /// Writes what is left, for at most <see cref="TelemetryOptions.CloseTimeout"/>. What is in memory then is dropped as
    /// <see cref="TelemetryDropReason.Closed"/>; what is on disk stays there, and stays pending.
    /// </summary>
    /// <returns>A task that completes when the sink is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        bool isFirst;
        var signal = PumpSignal.None;
        lock (_gate)
        {
            isFirst = !_isClosing;
            if (isFirst)
            {
                _isClosing = true;
                signal = _pump == PumpState.Running ? PumpSignal.None : PumpSignal.Run;
                _pump = PumpState.Running;
            }
        }

        Send(signal);
        await (isFirst ? CloseAsync() : _closed.Task).ConfigureAwait(false);
    }

    /// <summary>As <see cref="DisposeAsync"/>, holding up the thread for at most <see cref="TelemetryOptions.CloseTimeout"/>.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task CloseAsync()
    {
        try
        {
            await _drained.Task.WaitAsync(_options.CloseTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // What is left is counted below.
        }

        var lost = Abandon(out var spilled);
        _spill?.Dispose();
        await _timer.DisposeAsync().ConfigureAwait(false);
        if (lost + spilled > 0)
        {
            Log.TelemetryClosedUnwritten(_logger, Name, lost, spilled);
        }

        _closed.TrySetResult();

        // Last, and not waited for: what a store does when it is cancelled is its own affair.
        _ = _abort.CancelAsync();
    }

    /// <summary>Gives up what was not written. From here on nothing that the writing side does counts any more.</summary>
    /// <returns>How many records are lost.</returns>
    private long Abandon(out long spilled)
    {
        lock (_gate)
        {
            _isAbandoned = true;
            var lost = _lanes.Count + _batch.Unsettled - _batch.UnsettledFromDisk;
            for (var i = Math.Max(_batch.Settled, _batch.FromDisk); i < _batch.Count; i++)
            {
                _drops.Add(_batch.Records[i].Lane, TelemetryDropReason.Closed);
            }

            _drops.Add(TelemetryLane.Accounting, TelemetryDropReason.Closed, _lanes.Accounting.Count);
            _drops.Add(TelemetryLane.Diagnostic, TelemetryDropReason.Closed, _lanes.Diagnostic.Count);
            _lanes.Clear();
            _batch.Count = Math.Max(_batch.Settled, _batch.FromDisk);
            spilled = OnDisk + _batch.UnsettledFromDisk;
            _flushes.ForEach(static flush => flush.Complete());
            _flushes.Clear();
            return lost;
        }
    }

    private void CompleteFlushes()
    {
        for (var i = _flushes.Count - 1; i >= 0; i--)
        {
            var flush = _flushes[i];
            if (_lanes.Accounting.Oldest >= flush.Accounting && _lanes.Diagnostic.Oldest >= flush.Diagnostic && _takenFromDisk >= flush.Spilled)
            {
                _flushes.RemoveAt(i);
                flush.Complete();
            }
        }
    }

    private void Forget(FlushWaiter? waiter)
    {
        if (waiter is not null)
        {
            lock (_gate)
            {
                _flushes.Remove(waiter);
            }
        }
    }
}
