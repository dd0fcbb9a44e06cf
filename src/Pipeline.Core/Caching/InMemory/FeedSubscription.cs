using Microsoft.Extensions.Logging;

namespace Pipeline.Caching;

/// <summary>One subscription of the <see cref="InMemoryInvalidationFeed"/>: its notices, handed over one at a time on the thread pool.</summary>
internal sealed class FeedSubscription(InMemoryInvalidationFeed feed, Action<CacheInvalidation> handler, ILogger logger)
    : IDisposable, IThreadPoolWorkItem
{
    internal const int MostWaiting = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<CacheInvalidation> _waiting = new();
    private bool _isBegun;
    private bool _isRunning;
    private bool _isDisposed;

    public void Begin()
    {
        lock (_gate)
        {
            _isBegun = true;
            Enqueue(CacheInvalidation.Resync);
        }
    }

    public void Add(CacheInvalidation notice)
    {
        lock (_gate)
        {
            // The resync that is still to come says it all.
            if (!_isBegun)
            {
                return;
            }

            // A handler that cannot keep up is told to verify everything, which is less work for it and bounds the memory.
            if (_waiting.Count >= MostWaiting)
            {
                _waiting.Clear();
                notice = CacheInvalidation.Resync;
            }

            Enqueue(notice);
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
                Log.InvalidationHandlerThrew(logger, exception, notice.Kind);
            }
        }
    }

    private void Enqueue(CacheInvalidation notice)
    {
        if (_isDisposed)
        {
            return;
        }

        _waiting.Enqueue(notice);
        if (!_isRunning)
        {
            _isRunning = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
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
