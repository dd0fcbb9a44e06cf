using Microsoft.Extensions.Logging;

namespace Pipeline.Learning;

/// <summary>Brings a store's learnings from its file and to it: when asked, at an interval, and at the end.</summary>
/// <param name="file">The file.</param>
/// <param name="capture">Takes what the store holds; <see langword="null"/> where it has no more than so many changes.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of failures without a caller.</param>
/// <param name="metrics">The instruments, or <see langword="null"/>.</param>
internal sealed class SnapshotKeeper(
    SnapshotFile file, Func<long, SnapshotContents?> capture, TimeProvider time, ILogger logger, LearningMetrics? metrics)
    : ILearningSnapshots, IAsyncDisposable, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ending = new();
    private Task _periodic = Task.CompletedTask;
    private long _saved;
    private bool _isDisposed;

    public string Path => file.Path;

    /// <summary>Takes the file, hands out what is in it, and begins to write it at an interval, if there is one.</summary>
    public void Begin(Action<IReadOnlyList<TenantContents>> restore, TimeSpan? interval)
    {
        file.Acquire();
        try
        {
            if (file.Read() is { } tenants)
            {
                restore(tenants);
                Log.LearningsRestored(logger, tenants.Sum(static tenant => tenant.Learnings.Count), Path);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        if (interval is { } period)
        {
            _periodic = SaveAtIntervalAsync(new PeriodicTimer(period, time));
        }
    }

    public async ValueTask SaveAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);

            // Many learnings take seconds, which belong to no caller's thread.
            await Task.Run(() => Save(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _periodic.ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isDisposed)
            {
                return;
            }

            await Task.Run(TrySave).ConfigureAwait(false);
            _isDisposed = true;
            file.Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task SaveAtIntervalAsync(PeriodicTimer timer)
    {
        using (timer)
        {
            try
            {
                while (await timer.WaitForNextTickAsync(_ending.Token).ConfigureAwait(false))
                {
                    await _turn.WaitAsync(_ending.Token).ConfigureAwait(false);
                    try
                    {
                        TrySave();
                    }
                    finally
                    {
                        _turn.Release();
                    }
                }
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                // The last snapshot is taken by who ends it.
            }
        }
    }

    private void TrySave()
    {
        try
        {
            Save(CancellationToken.None);
        }
#pragma warning disable CA1031 // Nobody called, so there is nobody to throw to.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.SnapshotFailed(logger, Path, e);
        }
    }

    private void Save(CancellationToken cancellationToken)
    {
        if (capture(_saved) is not { } contents)
        {
            return;
        }

        var start = time.GetTimestamp();
        var isWritten = false;
        try
        {
            file.Replace(contents.Tenants, cancellationToken);
            _saved = contents.Changes;
            isWritten = true;
        }
        finally
        {
            metrics?.RecordSnapshot(time.GetElapsedTime(start), isWritten);
        }
    }
}
