using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.FaultInjection;

/// <summary>What happens to the notices of a <see cref="FaultInjectingCacheBackend"/> on their way to its subscriptions.</summary>
/// <remarks>Thread safe.</remarks>
public sealed class CacheFeedFaults
{
    private readonly List<FaultInjectingSubscription> _subscriptions = [];
    private readonly List<(Func<bool> Condition, TaskCompletionSource Done)> _waiting = [];
    private int _lost;
    private bool _isInterrupted;
    private bool _isHolding;

    /// <summary>Whether each notice is handed over twice. Default: <see langword="false"/>.</summary>
    public bool IsDuplicating { get; set; }

    /// <summary>
    /// Whether notices of changes vanish without a word, which no backend may let happen: for tests of what else protects an application.
    /// Default: <see langword="false"/>.
    /// </summary>
    public bool IsDropping { get; set; }

    /// <summary>The notices that are held up, of all subscriptions.</summary>
    public IReadOnlyList<CacheInvalidation> Held
    {
        get
        {
            lock (Gate)
            {
                return [.. _subscriptions.SelectMany(subscription => subscription.Held)];
            }
        }
    }

    internal Lock Gate { get; } = new();

    /// <summary>Holds notices up from here on, until <see cref="ReleaseAsync"/> or <see cref="LoseHeldAsync"/>.</summary>
    public void Hold()
    {
        lock (Gate)
        {
            _isHolding = true;
        }
    }

    /// <summary>Waits until so many notices are held up.</summary>
    /// <param name="count">How many, of all subscriptions together.</param>
    /// <returns>A task that completes when as many are held, or more.</returns>
    public Task WaitForHeldAsync(int count) => WaitAsync(() => _subscriptions.Sum(subscription => subscription.Held.Count) >= count);

    /// <summary>Waits until so many notices of changes were lost on their way, in an interruption or because they are dropped.</summary>
    /// <param name="count">How many, of all subscriptions together, since the beginning.</param>
    /// <returns>A task that completes when as many were lost, or more.</returns>
    public Task WaitForLostAsync(int count) => WaitAsync(() => _lost >= count);

    /// <summary>Hands over what was held up, and holds no more.</summary>
    /// <param name="isReversed">Whether the last comes first.</param>
    /// <returns>A task that completes when the handlers have returned.</returns>
    public Task ReleaseAsync(bool isReversed = false) => ForEachAsync(() => _isHolding = false, subscription => subscription.Release(isReversed));

    /// <summary>Loses what was held up, and holds no more: a gap that subscriptions learn of by a resync.</summary>
    /// <returns>A task that completes when the handlers have returned.</returns>
    public Task LoseHeldAsync() => ForEachAsync(() => _isHolding = false, subscription =>
    {
        subscription.Forget();
        subscription.Send(CacheInvalidation.Resync);
    });

    /// <summary>Cuts the feed off: subscriptions are told so, and what is held up, and what happens until <see cref="ResumeAsync"/>, is lost.</summary>
    /// <returns>A task that completes when the handlers have returned.</returns>
    public Task InterruptAsync() => ForEachAsync(() => _isInterrupted = true, subscription =>
    {
        subscription.Forget();
        subscription.Send(CacheInvalidation.Interrupted);
    });

    /// <summary>Connects the feed again: subscriptions get a resync.</summary>
    /// <returns>A task that completes when the handlers have returned.</returns>
    public Task ResumeAsync() => ForEachAsync(() => _isInterrupted = false, subscription => subscription.Send(CacheInvalidation.Resync));

    internal void Add(FaultInjectingSubscription subscription)
    {
        lock (Gate)
        {
            _subscriptions.Add(subscription);
        }
    }

    internal void Remove(FaultInjectingSubscription subscription)
    {
        lock (Gate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    /// <summary>Takes a notice from the backend.</summary>
    internal void Pass(FaultInjectingSubscription subscription, CacheInvalidation notice)
    {
        lock (Gate)
        {
            var isChange = notice.Kind is CacheInvalidationKind.Key or CacheInvalidationKind.Tag;
            if (_isInterrupted || (IsDropping && isChange))
            {
                _lost += isChange ? 1 : 0;
                CompleteWaits();
                return;
            }

            for (var i = IsDuplicating ? 2 : 1; i > 0; i--)
            {
                if (_isHolding)
                {
                    subscription.Keep(notice);
                }
                else
                {
                    subscription.Send(notice);
                }
            }

            CompleteWaits();
        }
    }

    /// <summary>Tells the subscriptions that their own process is about to make a change, so that they know its notice.</summary>
    internal void Expect(CacheInvalidationKind kind, string name, int count)
    {
        lock (Gate)
        {
            _subscriptions.ForEach(subscription => subscription.Expect(kind, name, count));
        }
    }

    private Task ForEachAsync(Action change, Action<FaultInjectingSubscription> act)
    {
        lock (Gate)
        {
            change();
            _subscriptions.ForEach(act);
            return Task.WhenAll(_subscriptions.Select(subscription => subscription.WhenSentAsync()));
        }
    }

    private Task WaitAsync(Func<bool> condition)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Gate)
        {
            _waiting.Add((condition, done));
            CompleteWaits();
        }

        return done.Task;
    }

    private void CompleteWaits()
    {
        foreach (var (_, done) in _waiting.Where(one => one.Condition()))
        {
            done.TrySetResult();
        }

        _waiting.RemoveAll(one => one.Done.Task.IsCompleted);
    }
}
