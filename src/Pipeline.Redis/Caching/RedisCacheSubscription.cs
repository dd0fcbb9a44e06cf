using Microsoft.Extensions.Logging;

namespace Pipeline.Caching;

/// <summary>One subscription of the <see cref="RedisCacheFeed"/>: its notices, handed over one at a time on the thread pool.</summary>
internal sealed class RedisCacheSubscription(RedisCacheFeed feed, Action<CacheInvalidation> handler, ILogger logger) : IDisposable, IThreadPoolWorkItem
{
    internal const int MostWaiting = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<CacheInvalidation> _waiting = new();
    private bool _isRunning;
    private bool _isDisposed;

    public void Add(CacheInvalidation notice)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            // A handler that cannot keep up is told to verify everything, which bounds the memory. No interruption is lost by that: after one
            // nothing comes until the next resync.
            if (_waiting.Count >= MostWaiting)
            {
                _waiting.Clear();
                _waiting.Enqueue(CacheInvalidation.Resync);
            }

            _waiting.Enqueue(notice);
            if (!_isRunning)
            {
                _isRunning = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }
    }

    public void Dispose()
    {
        feed.Remove(this);
        lock (_gate)
        {
            _isDisposed = true;
            _waiting.Clear();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (TryTake(out var notice))
        {
            try
            {
                handler(notice);
            }
#pragma warning disable CA1031 // Whatever the handler throws, the subscription goes on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.RedisCacheHandlerThrew(logger, exception, notice.Kind);
            }
        }
    }

    private bool TryTake(out CacheInvalidation notice)
    {
        lock (_gate)
        {
            _isRunning = _waiting.TryDequeue(out notice);
            return _isRunning;
        }
    }
}
