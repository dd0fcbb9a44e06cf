namespace Pipeline.Caching;

/// <summary>Holds the lease on making a missing value: renews it until it is given back. For one flight; only its renewals run beside.</summary>
internal sealed class FillLeaseHolder(CacheCore core, Flight flight) : IAsyncDisposable
{
    private const int RenewalsALease = 3;

    private CacheFillLease _lease;
    private ITimer? _renewal;
    private int _isRenewing;
    private int _isGivenBack;

    /// <summary>Whether the lease was taken, and is to be given back.</summary>
    public bool IsTaken => _renewal is not null;

    /// <summary>Tries to take the lease.</summary>
    /// <returns>The lease, or how long another's still lasts; <see langword="null"/> if the backend does not answer.</returns>
    public async ValueTask<CacheFillLease?> TryTakeAsync(CancellationToken cancellationToken)
    {
        var reply = await core.Backend.TryTakeLeaseAsync(flight.Key, core.FillLease, cancellationToken).ConfigureAwait(false);
        if (!reply.IsOk)
        {
            return null;
        }

        if (reply.Value.IsTaken)
        {
            _lease = reply.Value;
            var period = core.FillLease / RenewalsALease;
            _renewal = core.Time.CreateTimer(static holder => ((FillLeaseHolder)holder!).Renew(), this, period, period);
        }

        return reply.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_renewal is not null)
        {
            await _renewal.DisposeAsync().ConfigureAwait(false);
            await GiveBackAsync().ConfigureAwait(false);
        }
    }

    private void Renew()
    {
        if (Interlocked.Exchange(ref _isRenewing, 1) == 0)
        {
            Background.Observe(RenewAsync());
        }
    }

    private async Task RenewAsync()
    {
        if (core.Flights.IsCurrent(flight))
        {
            // One that is lost is not taken again: another may be at work already, and either value is right.
            await core.Backend.RenewLeaseAsync(_lease, core.FillLease, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            // What is being made is from before an invalidation, or late: others need not wait for it.
            await GiveBackAsync().ConfigureAwait(false);
        }

        Volatile.Write(ref _isRenewing, 0);
    }

    private async ValueTask GiveBackAsync()
    {
        if (Interlocked.Exchange(ref _isGivenBack, 1) == 0)
        {
            await core.Backend.ReleaseLeaseAsync(_lease).ConfigureAwait(false);
        }
    }
}
