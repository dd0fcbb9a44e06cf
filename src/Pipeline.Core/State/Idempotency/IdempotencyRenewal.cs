using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>Renews the lease of an idempotency key, at a third of its duration, until it is disposed; and cancels the work where another has begun.</summary>
internal sealed class IdempotencyRenewal : IAsyncDisposable
{
    private const int RenewalsPerLease = 3;

    private readonly IIdempotencyStore _store;
    private readonly IdempotencyLease _lease;
    private readonly PeriodicTimer _timer;
    private readonly CancellationTokenSource _work;
    private readonly Task _running;
    private volatile bool _isLost;

    public IdempotencyRenewal(IIdempotencyStore store, IdempotencyLease lease, TimeProvider time, CancellationToken cancellationToken)
    {
        _store = store;
        _lease = lease;
        _timer = new PeriodicTimer(lease.Request.Lease / RenewalsPerLease, time);
        _work = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _running = RunAsync();
    }

    /// <summary>Ends the work: the caller gave up, or another has begun.</summary>
    public CancellationToken WorkToken => _work.Token;

    /// <summary>Whether another has begun.</summary>
    public bool IsLost => _isLost;

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running.ConfigureAwait(false);
        _work.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                if (!await _store.RenewAsync(_lease, CancellationToken.None).ConfigureAwait(false))
                {
                    _isLost = true;
                    await _work.CancelAsync().ConfigureAwait(false);
                    return;
                }
            }
            catch (Exception exception) when (exception is BackendUnavailableException or StateContentionException)
            {
                // The next tick tries again. Should the lease run out meanwhile, the answer still counts unless another has begun.
            }
        }
    }
}
