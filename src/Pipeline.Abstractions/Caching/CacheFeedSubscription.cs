namespace Pipeline.Caching;

/// <summary>
/// One subscription of an <see cref="ICacheInvalidationFeed"/>: its notices, handed over one at a time on the thread pool. Of a handler that cannot keep up at most
/// <see cref="MostWaiting"/> notices wait; then a <see cref="CacheInvalidation.Resync"/> stands for them.
/// </summary>
/// <remarks>For the authors of backends. Thread safe. Disposing of it ends it.</remarks>
public sealed class CacheFeedSubscription : IDisposable, IThreadPoolWorkItem
{
    /// <summary>The most notices that wait for the handler: 10,000.</summary>
    public const int MostWaiting = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<CacheInvalidation> _waiting = new();
    private readonly Action<CacheInvalidation> _handler;
    private readonly Action<CacheFeedSubscription> _leave;
    private readonly Action<Exception, CacheInvalidationKind> _failed;
    private bool _isBegun;
    private bool _isRunning;
    private bool _isDisposed;

    /// <summary>Makes a subscription that has not begun.</summary>
    /// <param name="handler">The subscriber's handler. What it throws ends nothing.</param>
    /// <param name="leave">Takes the subscription off the feed. Called by <see cref="Dispose"/>.</param>
    /// <param name="failed">Takes what the handler threw, and at what kind of notice, for the log.</param>
    public CacheFeedSubscription(Action<CacheInvalidation> handler, Action<CacheFeedSubscription> leave, Action<Exception, CacheInvalidationKind> failed)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(leave);
        ArgumentNullException.ThrowIfNull(failed);
        (_handler, _leave, _failed) = (handler, leave, failed);
    }

    /// <summary>
    /// Adds a notice to those that wait for the handler. The subscription begins with its first <see cref="CacheInvalidation.Resync"/>; what is added before is dropped,
    /// since that says it all.
    /// </summary>
    /// <param name="notice">The notice.</param>
    public void Add(CacheInvalidation notice)
    {
        lock (_gate)
        {
            _isBegun |= notice == CacheInvalidation.Resync;
            if (_isDisposed || !_isBegun)
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

    /// <summary>Ends the subscription: no call of the handler begins afterwards.</summary>
    public void Dispose()
    {
        _leave(this);
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
                _handler(notice);
            }
#pragma warning disable CA1031 // Whatever the handler throws, the subscription goes on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failed(exception, notice.Kind);
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
