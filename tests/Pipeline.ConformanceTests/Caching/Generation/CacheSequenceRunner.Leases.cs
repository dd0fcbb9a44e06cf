using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.Generation;

internal sealed partial class CacheSequenceRunner
{
    private readonly List<CacheFillLease> _leases = [];

    private async Task LeaseAsync()
    {
        if (AnyProcess().GetCapability<ICacheFillLeases>() is not { } leases)
        {
            return;
        }

        switch (_random.Next(4))
        {
            case 0 when _leases.Count > 0:
                await RenewAsync(leases, _random.Pick(_leases));
                break;
            case 1 when _leases.Count > 0:
                await ReleaseAsync(leases, _random.Pick(_leases));
                break;
            default:
                await TakeAsync(leases, _random.Pick(_keys));
                break;
        }
    }

    private async Task TakeAsync(ICacheFillLeases leases, string key)
    {
        var duration = LeaseTime();
        Log($"take the lease on {NameOf(key)} for {duration}");
        var lease = await leases.TryTakeAsync(key, duration);
        if (_model.FindLease(key) is { } held)
        {
            Ensure.That(!lease.IsTaken, "The lease was taken, though another holds it.");
            var remaining = held.Until - _time.Now;
            var isRight = lease.Remaining <= remaining + _store.ClockTolerance && lease.Remaining >= remaining - _store.ClockTolerance;
            Ensure.That(isRight, $"The other's lease is said to last {lease.Remaining}; it lasts {remaining}.");
            return;
        }

        Ensure.That(lease.IsTaken && lease.Remaining == duration, $"The lease was not taken for {duration}, though nobody holds it.");
        Ensure.That(_leases.TrueForAll(one => one.Token != lease.Token), "A token was given twice.");
        _leases.Add(lease);
        _model.Take(new ModelLease(lease, _time.Now + duration));
    }

    private async Task RenewAsync(ICacheFillLeases leases, CacheFillLease lease)
    {
        var duration = LeaseTime();
        Log($"renew the lease {_leases.IndexOf(lease)} on {NameOf(lease.Key)} for {duration}");
        var held = Held(lease);
        var isRenewed = await leases.RenewAsync(lease, duration);
        Ensure.That(isRenewed == held is not null, $"The renewal said {isRenewed}, though the lease is {(held is null ? "lost" : "held")}.");
        if (held is not null)
        {
            held.Until = _time.Now + duration;
        }
    }

    private async Task ReleaseAsync(ICacheFillLeases leases, CacheFillLease lease)
    {
        Log($"release the lease {_leases.IndexOf(lease)} on {NameOf(lease.Key)}");
        var held = Held(lease);
        var isReleased = await leases.ReleaseAsync(lease);
        Ensure.That(isReleased == held is not null, $"The release said {isReleased}, though the lease is {(held is null ? "lost" : "held")}.");
        if (held is not null)
        {
            _model.Release(lease.Key);
        }
    }

    private ModelLease? Held(CacheFillLease lease) => _model.FindLease(lease.Key) is { } held && held.Taken.Token == lease.Token ? held : null;

    private TimeSpan LeaseTime()
    {
        var time = SomeTime();
        return time < CacheFillLease.MinDuration ? CacheFillLease.MinDuration : time;
    }
}
