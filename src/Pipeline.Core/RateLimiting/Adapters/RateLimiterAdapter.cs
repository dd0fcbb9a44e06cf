using System.Threading.RateLimiting;

namespace Pipeline.RateLimiting;

/// <summary>A framework limiter of one key and rule. It keeps no state but its statistics.</summary>
internal sealed class RateLimiterAdapter(IRateLimiter limiter, RateLimitDimension dimension, TimeProvider time) : RateLimiter
{
    private readonly RateLimitRequest _single = dimension;
    private long _available = dimension.Rule.Limit;
    private long _granted;
    private long _denied;
    private long _lastUse = time.GetTimestamp();
    private int _inUse;
    private volatile bool _isDisposed;

    public override TimeSpan? IdleDuration => Volatile.Read(ref _inUse) > 0 ? null : time.GetElapsedTime(Volatile.Read(ref _lastUse));

    public override RateLimiterStatistics? GetStatistics()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new RateLimiterStatistics
        {
            CurrentAvailablePermits = Volatile.Read(ref _available),
            CurrentQueuedCount = 0,
            TotalSuccessfulLeases = Volatile.Read(ref _granted),
            TotalFailedLeases = Volatile.Read(ref _denied),
        };
    }

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _ = AdapterRequest.Of(_single, permitCount);
        return AdapterLease.NotAsked;
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return AcquireAsync(AdapterRequest.Of(_single, permitCount), cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }

    private async ValueTask<RateLimitLease> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _inUse);
        var isHeld = false;
        try
        {
            var decision = await limiter.AcquireAsync(request, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _available, decision.Remaining);
            Interlocked.Increment(ref decision.IsGranted ? ref _granted : ref _denied);
            isHeld = decision.Reservation is not null;
            return new AdapterLease(limiter, decision, time, isHeld ? EndUse : null);
        }
        finally
        {
            if (!isHeld)
            {
                EndUse();
            }
        }
    }

    private void EndUse()
    {
        Volatile.Write(ref _lastUse, time.GetTimestamp());
        Interlocked.Decrement(ref _inUse);
    }
}
