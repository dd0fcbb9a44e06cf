using Pipeline.Caching;

namespace Pipeline.Learning;

/// <summary>Waits for something for a bounded time, whether it heeds its cancellation or not.</summary>
internal sealed class MemoryBudget(TimeSpan budget, TimeProvider time, CancellationToken cancellationToken) : IDisposable
{
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    /// <summary>Does something on the thread pool, so that not even what blocks its thread holds the caller.</summary>
    /// <exception cref="TimeoutException">The time has run out. What was begun has been told to stop.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up. What was begun has been told to stop.</exception>
    public async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        var token = _ending.Token;
        var task = Task.Run(() => work(token), token);
        try
        {
            return await task.WaitAsync(budget, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!task.IsCompleted)
        {
            Background.Observe(task);
            await _ending.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose() => _ending.Dispose();
}
