using System.Threading.RateLimiting;

namespace Pipeline.RateLimiting;

/// <summary>A framework limiter whose resources' states are all in the limiter beneath.</summary>
internal sealed class PartitionedRateLimiterAdapter<TResource>(
    IRateLimiter limiter, Func<TResource, RateLimitRequest> dimensions, TimeProvider time) : PartitionedRateLimiter<TResource>
{
    private volatile bool _isDisposed;

    public override RateLimiterStatistics? GetStatistics(TResource resource)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return null;
    }

    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);

        // One permit can be above no limit, and is what is asked for nearly always: the dimensions are needed once, by the call that follows.
        if (permitCount != 1)
        {
            _ = AdapterRequest.Of(dimensions(resource), permitCount);
        }

        return AdapterLease.NotAsked;
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(TResource resource, int permitCount, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return AcquireAsync(AdapterRequest.Of(dimensions(resource), permitCount), cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }

    private async ValueTask<RateLimitLease> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken) =>
        new AdapterLease(limiter, await limiter.AcquireAsync(request, cancellationToken).ConfigureAwait(false), time);
}
