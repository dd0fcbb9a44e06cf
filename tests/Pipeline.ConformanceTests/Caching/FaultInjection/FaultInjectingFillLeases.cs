using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.FaultInjection;

/// <summary>The fill leases of a <see cref="FaultInjectingCacheBackend"/>.</summary>
internal sealed class FaultInjectingFillLeases(ICacheFillLeases inner, CacheFaults faults) : ICacheFillLeases
{
    public ValueTask<CacheFillLease> TryTakeAsync(string key, TimeSpan duration, CancellationToken cancellationToken = default) =>
        faults.RunAsync(CacheCall.TakeLease, () => inner.TryTakeAsync(key, duration, cancellationToken), cancellationToken);

    public ValueTask<bool> RenewAsync(CacheFillLease lease, TimeSpan duration, CancellationToken cancellationToken = default) =>
        faults.RunAsync(CacheCall.RenewLease, () => inner.RenewAsync(lease, duration, cancellationToken), cancellationToken);

    public ValueTask<bool> ReleaseAsync(CacheFillLease lease, CancellationToken cancellationToken = default) =>
        faults.RunAsync(CacheCall.ReleaseLease, () => inner.ReleaseAsync(lease, cancellationToken), cancellationToken);
}
