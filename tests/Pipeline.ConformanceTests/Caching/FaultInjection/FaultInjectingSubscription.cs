using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.FaultInjection;

/// <summary>
/// A subscription whose notices pass through <see cref="CacheFeedFaults"/>, which calls it under its gate.
/// </summary>
internal sealed class FaultInjectingSubscription(Action<CacheInvalidation> handler, CacheFeedFaults faults, bool isProcessOfItsOwn)
    : IDisposable, IThreadPoolWorkItem
{
    private readonly List<CacheInvalidation> _held = [];
    private readonly Queue<(CacheInvalidation Notice, TaskCompletionSource? Mark)> _due = new();
    private readonly Dictionary<(CacheInvalidationKind Kind, string Name), int> _expected = [];
    private IDisposable? _inner;
    private bool _isRunning;
    private volatile bool _isDisposed;

    public IReadOnlyList<CacheInvalidation> Held => _held;

    public void Begin(ICacheInvalidationFeed feed)
    {
        faults.Add(this);
        _inner = feed.Subscribe(Hear);
    }

    public void Expect(CacheInvalidationKind kind, string name, int count)
    {
        var expected = _expected.GetValueOrDefault((kind, name)) + count;
        if (expected > 0)
        {
            _expected[(kind, name)] = expected;
        }
        else
        {
            _expected.Remove((kind, name));
        }
    }

    public void Keep(CacheInvalidation notice) => _held.Add(notice);

    public void Forget() => _held.Clear();

    public void Release(bool isReversed)
    {
        if (isReversed)
        {
            _held.Reverse();
        }

        _held.ForEach(Send);
        _held.Clear();
    }

    public void Send(CacheInvalidation notice) => Enqueue(notice, mark: null);

    /// <summary>Completes when the handler has returned from all that was sent so far.</summary>
    public Task WhenSentAsync()
    {
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(default, mark);
        return mark.Task;
    }

    public void Dispose()
    {
        _isDisposed = true;
        _inner?.Dispose();
        faults.Remove(this);
    }

    public void Execute()
    {
        while (TryDequeue(out var due))
        {
            if (due.Mark is { } mark)
            {
                mark.TrySetResult();
            }
            else if (!_isDisposed)
            {
                Call(due.Notice);
            }
        }
    }

    private void Call(CacheInvalidation notice)
    {
        try
        {
            handler(notice);
        }
#pragma warning disable CA1031 // A handler's failure ends no subscription, and there is no log here to tell it to.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void Hear(CacheInvalidation notice)
    {
        lock (faults.Gate)
        {
            faults.Pass(this, isProcessOfItsOwn && notice.IsLocal ? WithOrigin(notice) : notice);
        }
    }

    /// <summary>Says of a notice, which to the backend is local, whether this process made the change.</summary>
    private CacheInvalidation WithOrigin(CacheInvalidation notice)
    {
        var isOwn = _expected.ContainsKey((notice.Kind, notice.Name!));
        if (isOwn)
        {
            Expect(notice.Kind, notice.Name!, -1);
        }

        return notice.Kind == CacheInvalidationKind.Key
            ? CacheInvalidation.ForKey(notice.Name!, isOwn)
            : CacheInvalidation.ForTag(new TagGeneration(notice.Name!, notice.Generation), isOwn);
    }

    private void Enqueue(CacheInvalidation notice, TaskCompletionSource? mark)
    {
        _due.Enqueue((notice, mark));
        if (!_isRunning)
        {
            _isRunning = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private bool TryDequeue(out (CacheInvalidation Notice, TaskCompletionSource? Mark) due)
    {
        lock (faults.Gate)
        {
            _isRunning = _due.TryDequeue(out due);
            return _isRunning;
        }
    }
}
