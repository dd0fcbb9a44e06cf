using System.Diagnostics.CodeAnalysis;

namespace Pipeline.RateLimiting;

/// <content>How blocks end: replaced, old or idle, at a reset, at disposal.</content>
internal sealed partial class BlockRateLimiter
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LogPeriod = TimeSpan.FromMinutes(1);

    private ITimer? _timer;
    private long? _lastLogged;
    private int _underWay;
    private TaskCompletionSource? _quiet;
    private bool _isDisposed;

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        Task quiet;
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
            _timer = null;
            quiet = _underWay == 0 ? Task.CompletedTask : (_quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        // What is under way may bring blocks.
        await quiet.ConfigureAwait(false);
        PermitBlock?[] left;
        lock (_gate)
        {
            left = [.. _states.Values.Select(static state => state.Drop())];
            _states.Clear();
        }

        await Task.WhenAll(left.Select(EndAsync)).ConfigureAwait(false);
        if (inner is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            (inner as IDisposable)?.Dispose();
        }
    }

    /// <summary>Adds a state. Under the lock.</summary>
    private HotState Add(in BlockKey key, long limit)
    {
        var state = new HotState(limit);
        _states[key] = state;
        if (_timer is null && !_isDisposed)
        {
            // The timer is no part of the call that begins it.
            using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _timer = time.CreateTimer(static limiter => ((BlockRateLimiter)limiter!).Sweep(), this, SweepPeriod, SweepPeriod);
        }

        return state;
    }

    /// <summary>Forgets a state that there is nothing to keep in mind of, and stops the timer after the last. Under the lock.</summary>
    private void RemoveIfIdle(in BlockKey key, HotState state, long now)
    {
        if (state.IsIdle(now) && _states.TryRemove(key, out _) && _states.IsEmpty)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Sweep()
    {
        List<PermitBlock> over = [];
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            var now = time.GetTimestamp();
            foreach (var (key, state) in _states)
            {
                if (state.Block?.IsOver(now) == true)
                {
                    over.Add(state.Drop()!);
                    _underWay++;
                }

                RemoveIfIdle(key, state, now);
            }
        }

        foreach (var block in over)
        {
            _ = EndInBackgroundAsync(block);
        }
    }

    private async Task EndInBackgroundAsync(PermitBlock block)
    {
        await EndAsync(block).ConfigureAwait(false);
        EndWork();
    }

    private void EndWork()
    {
        lock (_gate)
        {
            if (--_underWay == 0)
            {
                _quiet?.TrySetResult();
            }
        }
    }

    /// <summary>Gives back what is left of a block that has been taken out of its state.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Nobody waits for it, and nobody could do anything about it.")]
    private async Task EndAsync(PermitBlock? block)
    {
        if (block is null)
        {
            return;
        }

        var used = block.Close();
        try
        {
            await inner.SettleAsync(block.Reservation, new[] { used }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            metrics.CountUnsettled();
            if (used < _size)
            {
                LogLoss(_size - used, e);
            }
        }
    }

    private void LogLoss(long permits, Exception exception)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_lastLogged is { } last && time.GetElapsedTime(last, now) < LogPeriod)
            {
                return;
            }

            _lastLogged = now;
        }

        Log.PermitsNotGivenBack(logger, permits, exception);
    }

    private async ValueTask ForgetAsync(RateLimitDimension dimension, CancellationToken cancellationToken)
    {
        var key = new BlockKey(dimension);
        HotState? state;
        PermitBlock? dropped;
        lock (_gate)
        {
            // Kept in mind until the reset is over, so that no lease begins that may be charged before it.
            state = _states.TryGetValue(key, out state) ? state : Add(key, dimension.Rule.Limit);
            state.Resets++;
            state.Lease = null;
            dropped = state.Drop();
        }

        try
        {
            await EndAsync(dropped).ConfigureAwait(false);
            await inner.ResetAsync(dimension.Key, dimension.Rule, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                state.Resets--;
                RemoveIfIdle(key, state, time.GetTimestamp());
            }
        }
    }
}
