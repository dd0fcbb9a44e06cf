using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.FaultInjection;

/// <summary>The feed of a <see cref="FaultInjectingCacheBackend"/>.</summary>
internal sealed class FaultInjectingInvalidationFeed(ICacheInvalidationFeed inner, CacheFeedFaults faults, bool isProcessOfItsOwn)
    : ICacheInvalidationFeed
{
    public IDisposable Subscribe(Action<CacheInvalidation> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = new FaultInjectingSubscription(handler, faults, isProcessOfItsOwn);
        subscription.Begin(inner);
        return subscription;
    }
}
