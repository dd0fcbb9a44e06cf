using Pipeline.Caching;

namespace Pipeline.Conformance.Caching;

/// <summary>Writes down what a subscription hears, and lets a fact wait for it.</summary>
internal sealed class NoticeLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<CacheInvalidation> _heard = [];
    private readonly List<(Predicate<CacheInvalidation> Condition, TaskCompletionSource Done)> _waiting = [];
    private readonly Action<CacheInvalidation>? _handler;
    private readonly IDisposable _subscription;
    private int _running;

    /// <summary>Subscribes.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="handler">What else is done with each notice, after it was written down.</param>
    public NoticeLog(ICacheInvalidationFeed feed, Action<CacheInvalidation>? handler = null)
    {
        _handler = handler;
        _subscription = feed.Subscribe(Hear);
    }

    /// <summary>What was heard so far, in order.</summary>
    public IReadOnlyList<CacheInvalidation> Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    /// <summary>What the handler did that it was not to: it began before its last call had ended, or elsewhere than on the thread pool.</summary>
    public string? Problem { get; private set; }

    /// <summary>Completes when a notice was heard, be it before or after this call.</summary>
    public Task WaitForAsync(Predicate<CacheInvalidation> condition, TimeSpan hangLimit)
    {
        lock (_gate)
        {
            if (_heard.Exists(condition))
            {
                return Task.CompletedTask;
            }

            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((condition, done));
            return done.Task.WaitAsync(hangLimit);
        }
    }

    public void Dispose() => _subscription.Dispose();

    private void Hear(CacheInvalidation notice)
    {
        if (Interlocked.Increment(ref _running) != 1)
        {
            Problem = "Two notices of one subscription were handed over at the same time.";
        }

        if (!Thread.CurrentThread.IsThreadPoolThread)
        {
            Problem = "A notice was handed over on a thread that is not of the pool.";
        }

        try
        {
            lock (_gate)
            {
                _heard.Add(notice);
                foreach (var (_, done) in _waiting.Where(one => one.Condition(notice)))
                {
                    done.TrySetResult();
                }
            }

            _handler?.Invoke(notice);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
