using Microsoft.Extensions.Logging;

namespace Pipeline.Caching;

/// <summary>The invalidation feed of a cache in this process. It hears everything at once and is never interrupted.</summary>
internal sealed class InMemoryInvalidationFeed(ILogger logger) : ICacheInvalidationFeed
{
    private readonly Lock _gate = new();
    private volatile FeedSubscription[] _subscriptions = [];

    /// <summary>Whether anybody listens.</summary>
    public bool IsHeard => _subscriptions.Length > 0;

    public IDisposable Subscribe(Action<CacheInvalidation> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = new FeedSubscription(this, handler, logger);
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }

        // Only once it hears everything: what happens before the resync is covered by it, and what happens after follows it or is in it.
        subscription.Begin();
        return subscription;
    }

    public void Publish(CacheInvalidation notice)
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Add(notice);
        }
    }

    public void Remove(FeedSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
        }
    }
}
