using Pipeline.Backends;
using Polly;
using Polly.Retry;

namespace Pipeline.Telemetry;

public sealed partial class BufferedTelemetrySink
{
    private const int TriesOfAnUnknownError = 3;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly RecordBatch _batch;
    private readonly ResiliencePipeline _retry;
    private readonly PumpWork _pumpWork;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _abort = new();
    private PumpState _pump;
    private bool _isAbandoned;
    private bool _isFailing;
    private int _refused;
    private Exception? _refusal;

    private ITimer CreateTimer()
    {
        // The timer is no part of whatever call makes the sink.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        return _time.CreateTimer(static sink => ((BufferedTelemetrySink)sink!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private ResiliencePipeline CreateRetry() => new ResiliencePipelineBuilder { TimeProvider = _time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = attempt => new(attempt.Outcome.Exception switch
            {
                null or TelemetryBatchRefusedException => false,
                BackendUnavailableException or OperationCanceledException or TimeoutException => true,
                _ => attempt.AttemptNumber < TriesOfAnUnknownError - 1,
            }),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            MaxRetryAttempts = int.MaxValue,
            Delay = RetryDelay < _options.MaxRetryDelay ? RetryDelay : _options.MaxRetryDelay,
            MaxDelay = _options.MaxRetryDelay,
            OnRetry = retry =>
            {
                OnFailed(retry.RetryDelay, retry.Outcome.Exception);
                return default;
            },
        })
        .Build();

    /// <summary>Says what a record that came in asks of the writing side. Called under the lock.</summary>
    private PumpSignal NextSignal()
    {
        if (_pump == PumpState.Running)
        {
            return PumpSignal.None;
        }

        if (_lanes.Count + OnDisk >= _options.BatchSize)
        {
            _pump = PumpState.Running;
            return PumpSignal.Run;
        }

        var signal = _pump == PumpState.Idle ? PumpSignal.Wait : PumpSignal.None;
        _pump = PumpState.Waiting;
        return signal;
    }

    private void Send(PumpSignal signal)
    {
        if (signal == PumpSignal.Wait)
        {
            _timer.Change(_options.FlushInterval, Timeout.InfiniteTimeSpan);
        }
        else if (signal == PumpSignal.Run)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_pumpWork, preferLocal: false);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_pump != PumpState.Waiting)
            {
                return;
            }

            _pump = PumpState.Running;
        }

        _ = WriteAllAsync();
    }

    /// <summary>Writes batch after batch, for as long as there are whole ones or somebody waits for the rest.</summary>
    private async Task WriteAllAsync()
    {
        PumpSignal signal;
        do
        {
            if (FillBatch())
            {
                await WriteAsync(0, _batch.Count).ConfigureAwait(false);
            }
        }
        while (!EndBatch(out signal));

        Send(signal);
    }

    private bool FillBatch()
    {
        // The other lanes' part is a quarter each, so that a flood in one of them does not keep the others from being written.
        var part = _options.BatchSize / 4;
        int accounting, diagnostic;
        lock (_gate)
        {
            if (_isAbandoned)
            {
                return false;
            }

            (accounting, diagnostic) = (_lanes.Accounting.Count, _lanes.Diagnostic.Count);
        }

        const long PartBytes = RecordBatch.MaxBytes / 4;
        var maxBytes = RecordBatch.MaxBytes - (2 * PartBytes);
        var lost = 0L;
        var fromDisk = _options.BatchSize - Math.Min(accounting, part) - Math.Min(diagnostic, part);
        var count = _spill?.Read(_batch.Records.AsSpan(0, fromDisk), ref maxBytes, out lost) ?? 0;
        lock (_gate)
        {
            _drops.Add(TelemetryLane.Accounting, TelemetryDropReason.SpillFailed, lost);
            _takenFromDisk += count + lost;
            (_batch.FromDisk, _batch.Count) = (count, count);
            if (_isAbandoned)
            {
                return false;
            }

            // The rest of the batch, but for the diagnostic records' part of it.
            var end = Math.Max(count, _options.BatchSize - Math.Min(_lanes.Diagnostic.Count, part));
            maxBytes += PartBytes;
            _batch.Count += _lanes.Take(TelemetryLane.Accounting, _batch.Records.AsSpan(count, end - count), ref maxBytes);
            maxBytes += PartBytes;
            _batch.Count += _lanes.Take(TelemetryLane.Diagnostic, _batch.Records.AsSpan(_batch.Count), ref maxBytes);
            return _batch.Count > 0;
        }
    }

    /// <summary>Clears the batch away, and says whether there is nothing more to write for now.</summary>
    private bool EndBatch(out PumpSignal signal)
    {
        signal = PumpSignal.None;
        if (_refused > 0)
        {
            Log.TelemetryRefused(_logger, Name, _refused, _batch.Count, _refusal!);
            (_refused, _refusal) = (0, null);
        }

        if (!Volatile.Read(ref _isAbandoned))
        {
            _spill?.Acknowledge();
        }

        lock (_gate)
        {
            if (_isAbandoned)
            {
                // What is unsettled was counted by whoever closed the sink.
                return true;
            }

            _batch.Clear();
            CompleteFlushes();
            var waiting = _lanes.Count + OnDisk;
            if (waiting >= _options.BatchSize || (waiting > 0 && (_isClosing || _flushes.Count > 0)))
            {
                return false;
            }

            _pump = waiting > 0 ? PumpState.Waiting : PumpState.Idle;
            signal = waiting > 0 ? PumpSignal.Wait : PumpSignal.None;
            if (_isClosing)
            {
                _drained.TrySetResult();
            }

            return true;
        }
    }

    /// <summary>Writes a part of the batch, and its halves where it is refused. Never throws.</summary>
    private async Task WriteAsync(int from, int count)
    {
        try
        {
            await _retry.ExecuteAsync(token => WriteOnceAsync(from, count, token), _abort.Token).ConfigureAwait(false);
            OnWritten(count);
        }
#pragma warning disable CA1031 // Whatever the store throws, the records behind must go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (Volatile.Read(ref _isAbandoned))
            {
                return;
            }

            if (count == 1)
            {
                OnRefused(from, exception);
                return;
            }

            await WriteAsync(from, count / 2).ConfigureAwait(false);
            await WriteAsync(from + (count / 2), count - (count / 2)).ConfigureAwait(false);
        }
    }

    private async ValueTask WriteOnceAsync(int from, int count, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.WriteTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        await _store.WriteAsync(_batch.Records.AsMemory(from, count), linked.Token).ConfigureAwait(false);
    }

    private void OnWritten(int count)
    {
        lock (_gate)
        {
            if (_isAbandoned)
            {
                return;
            }

            _batch.Settled += count;
            _written += count;
        }

        if (_isFailing)
        {
            _isFailing = false;
            Log.TelemetryWritesAgain(_logger, Name);
        }
    }

    private void OnRefused(int index, Exception exception)
    {
        lock (_gate)
        {
            if (_isAbandoned)
            {
                return;
            }

            _batch.Settled++;
            _drops.Add(_batch.Records[index].Lane, TelemetryDropReason.Refused);
        }

        _refused++;
        _refusal = exception;
    }

    private void OnFailed(TimeSpan delay, Exception? exception)
    {
        if (_isFailing)
        {
            Log.TelemetryWriteFailedAgain(_logger, Name, delay, exception);
        }
        else
        {
            _isFailing = true;
            Log.TelemetryWriteFailed(_logger, Name, delay, exception);
        }
    }

    /// <summary>What is queued to the thread pool: one object for all times, so that queuing it allocates nothing.</summary>
    private sealed class PumpWork(BufferedTelemetrySink sink) : IThreadPoolWorkItem
    {
        public void Execute() => _ = sink.WriteAllAsync();
    }
}
