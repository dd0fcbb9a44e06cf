using Microsoft.Extensions.Logging;

namespace Pipeline.Caching;

/// <summary>The invalidation feed of a cache in this process. It hears everything at once and is never interrupted.</summary>
internal sealed class InMemoryInvalidationFeed(ILogger logger) : ICacheInvalidationFeed
{
    private readonly Lock _gate = new();
    private volatile CacheFeedSubscription[] _subscriptions = [];

    /// <summary>Whether anybody listens.</summary>
    public bool IsHeard => _subscriptions.Length > 0;

    public IDisposable Subscribe(Action<CacheInvalidation> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = new CacheFeedSubscription(handler, Remove, (exception, kind) => Log.InvalidationHandlerThrew(logger, exception, kind));
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }

        // Only once it hears everything: what happens before the resync is covered by it, and what happens after follows it or is in it.
        subscription.Add(CacheInvalidation.Resync);
        return subscription;
    }

    public void Publish(CacheInvalidation notice)
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Add(notice);
        }
    }

    private void Remove(CacheFeedSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
        }
    }
}
