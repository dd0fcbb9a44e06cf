using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>The fill leases of a cache in this process.</summary>
/// <remarks>
/// Leases never change: one that is renewed is replaced, so that of a renewal and another's taking only one can succeed. There is a bound on
/// leases, as on everything here; one that is displaced counts as run out.
/// </remarks>
internal sealed class InMemoryFillLeases(CacheClock clock) : ICacheFillLeases
{
    private readonly BoundedStore<FillLease> _leases = new(new CacheMemoryOptions { MaxBytes = 64 * 1024 * 1024 }, clock);

    public long Count => _leases.Count;

    public ValueTask<CacheFillLease> TryTakeAsync(string key, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(key);
        CacheFillLease.ThrowIfOutOfRange(duration);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<CacheFillLease>(cancellationToken)
            : new(TryTake(key, duration));
    }

    public ValueTask<bool> RenewAsync(CacheFillLease lease, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ThrowIfNotTaken(lease);
        CacheFillLease.ThrowIfOutOfRange(duration);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        return new(FindHeld(lease) is { } held && _leases.TryReplace(held, NewLease(lease.Key, lease.Token, duration)));
    }

    public ValueTask<bool> ReleaseAsync(CacheFillLease lease, CancellationToken cancellationToken = default)
    {
        ThrowIfNotTaken(lease);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<bool>(cancellationToken)
            : new(FindHeld(lease) is { } held && _leases.Remove(held));
    }

    private static void ThrowIfNotTaken(CacheFillLease lease)
    {
        if (!lease.IsTaken)
        {
            throw new ArgumentException("The lease was not taken. Give one whose IsTaken is true.", nameof(lease));
        }
    }

    private CacheFillLease TryTake(string key, TimeSpan duration)
    {
        var taken = NewLease(key, Guid.NewGuid(), duration);
        while (true)
        {
            if (!_leases.TryGet(key, out var standing))
            {
                if (_leases.TryAdd(taken))
                {
                    break;
                }
            }
            else if (standing.KeepUntil - clock.Now is var remaining && remaining > 0)
            {
                return CacheFillLease.HeldByAnother(key, TimeSpan.FromMilliseconds(remaining));
            }
            else if (_leases.TryReplace(standing, taken))
            {
                break;
            }
        }

        return CacheFillLease.Taken(key, taken.Token, duration);
    }

    private FillLease NewLease(string key, Guid token, TimeSpan duration) =>
        new(key, token, clock.Now + (duration.Ticks / TimeSpan.TicksPerMillisecond));

    private FillLease? FindHeld(CacheFillLease lease) =>
        _leases.TryGet(lease.Key, out var standing) && standing.Token == lease.Token && standing.KeepUntil > clock.Now ? standing : null;
}
