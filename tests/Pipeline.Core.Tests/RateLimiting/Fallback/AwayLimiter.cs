using System.Collections.Concurrent;
using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <summary>A limiter in memory whose backend a test takes away: calls fail at once, or hang until they are answered.</summary>
internal sealed class AwayLimiter(TimeProvider time) : IRateLimiter, IDisposable
{
    private readonly InMemoryRateLimiter _backend = new(time);
    private readonly SemaphoreSlim _ended = new(0);

    public bool Fails { get; set; }

    /// <summary>What the next decisions throw, whether or not the backend is there.</summary>
    public Exception? Error { get; set; }

    public bool Hangs { get; set; }

    /// <summary>What the end of a reservation waits for.</summary>
    public Task EndGate { get; set; } = Task.CompletedTask;

    public bool IsDisposed { get; private set; }

    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentQueue<HangingCall> Hanging { get; } = new();

    public ConcurrentQueue<(RateLimitReservation Reservation, long[] Costs)> Settled { get; } = new();

    public int Decisions => Calls.Count(call => call is "Acquire" or "Peek");

    public static BackendUnavailableException Away() => new("The backend of the test", "a call");

    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        Decide("Acquire", request, _backend.AcquireAsync, cancellationToken);

    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        Decide("Peek", request, _backend.PeekAsync, cancellationToken);

    public ValueTask<bool> SettleAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default)
    {
        Settled.Enqueue((reservation, actualCosts.ToArray()));
        return End("Settle", () => _backend.SettleAsync(reservation, actualCosts, cancellationToken));
    }

    public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        End("Release", () => _backend.ReleaseAsync(reservation, cancellationToken));

    public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        End("Renew", () => _backend.RenewAsync(reservation, cancellationToken));

    public ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default)
    {
        Calls.Enqueue("Reset");
        return Fails ? throw Away() : _backend.ResetAsync(key, rule, cancellationToken);
    }

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability;

    public void Dispose()
    {
        IsDisposed = true;
        _ended.Dispose();
    }

    /// <summary>Waits until a call that is no decision has come.</summary>
    public async Task EndedAsync()
    {
        if (!await _ended.WaitAsync(TimeSpan.FromSeconds(30)))
        {
            throw new TimeoutException("No reservation was ended or renewed.");
        }
    }

    private ValueTask<RateLimitDecision> Decide(
        string call,
        RateLimitRequest request,
        Func<RateLimitRequest, CancellationToken, ValueTask<RateLimitDecision>> decide,
        CancellationToken cancellationToken)
    {
        Calls.Enqueue(call);
        if (Error is not null)
        {
            throw Error;
        }

        // What has no limit needs no backend.
        if (!RateLimitOutage.IsLimited(request))
        {
            return decide(request, cancellationToken);
        }

        if (!Hangs)
        {
            return Fails ? ValueTask.FromException<RateLimitDecision>(Away()) : decide(request, cancellationToken);
        }

        var hanging = new HangingCall(request, cancellationToken);
        Hanging.Enqueue(hanging);
        return new ValueTask<RateLimitDecision>(hanging.Task);
    }

    private async ValueTask<bool> End(string call, Func<ValueTask<bool>> end)
    {
        Calls.Enqueue(call);
        try
        {
            await EndGate;
            return Fails ? throw Away() : await end();
        }
        finally
        {
            _ended.Release();
        }
    }
}
