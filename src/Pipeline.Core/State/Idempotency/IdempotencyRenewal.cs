using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>Renews the lease of an idempotency key, at a third of its duration, until it is disposed; and cancels the work where another has begun.</summary>
internal sealed class IdempotencyRenewal : IAsyncDisposable
{
    private const int RenewalsPerLease = 3;

    private readonly IIdempotencyStore _store;
    private readonly IdempotencyLease _lease;
    private readonly CancellationTokenSource _work;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;

    // Most work ends before the first renewal, and costs no more than a timer.
    private Task _renewing = Task.CompletedTask;
    private bool _isRenewing;
    private bool _isDue;
    private bool _isOver;
    private volatile bool _isLost;

    public IdempotencyRenewal(IIdempotencyStore store, IdempotencyLease lease, TimeProvider time, CancellationToken cancellationToken)
    {
        _store = store;
        _lease = lease;
        _work = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var period = lease.Request.Lease / RenewalsPerLease;
        _timer = time.CreateTimer(static state => ((IdempotencyRenewal)state!).Tick(), this, period, period);
    }

    /// <summary>Ends the work: the caller gave up, or another has begun.</summary>
    public CancellationToken WorkToken => _work.Token;

    /// <summary>Whether another has begun.</summary>
    public bool IsLost => _isLost;

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _timer.Dispose();
        await _renewing.ConfigureAwait(false);
        _work.Dispose();
    }

    private void Tick()
    {
        lock (_gate)
        {
            _isDue = true;
            if (!_isOver && !_isRenewing)
            {
                _isRenewing = true;
                _renewing = Task.Run(RenewWhileDueAsync);
            }
        }
    }

    // What came due while a renewal was slow is not left to the next tick: a lease has only two to lose.
    private async Task RenewWhileDueAsync()
    {
        while (TakeTick())
        {
            await RenewAsync().ConfigureAwait(false);
        }
    }

    private bool TakeTick()
    {
        lock (_gate)
        {
            _isRenewing = _isDue && !_isOver && !_isLost;
            _isDue = false;
            return _isRenewing;
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            if (!await _store.RenewAsync(_lease, CancellationToken.None).ConfigureAwait(false))
            {
                _isLost = true;
                await _work.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is BackendUnavailableException or StateContentionException)
        {
            // The next tick tries again. Should the lease run out meanwhile, the answer still counts unless another has begun.
        }
    }
}
