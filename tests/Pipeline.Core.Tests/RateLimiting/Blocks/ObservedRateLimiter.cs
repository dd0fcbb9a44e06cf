using System.Collections.Concurrent;
using Pipeline.Conformance.RateLimiting.FaultInjection;

namespace Pipeline.RateLimiting;

/// <summary>A limiter in memory as the backend of several processes: it counts its calls, and a test can hold them up or let them fail before and after they take effect.</summary>
internal sealed class ObservedRateLimiter(TimeProvider time) : IRateLimiter, IDisposable
{
    private readonly ConcurrentDictionary<RateLimiterCall, int> _calls = new();
    private int _leases;

    public InMemoryRateLimiter Memory { get; } = new(time);

    /// <summary>What happens to a call before it takes effect, and after.</summary>
    public Func<RateLimiterCall, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public Func<RateLimiterCall, Task> After { get; set; } = static _ => Task.CompletedTask;

    /// <summary>What is answered in place of the decision.</summary>
    public Func<RateLimitDecision, RateLimitDecision> Answer { get; set; } = static decision => decision;

    public bool IsDisposed { get; private set; }

    /// <summary>How many of the acquisitions were estimates, as the lease of a block is.</summary>
    public int Leases => Volatile.Read(ref _leases);

    public int Direct => CallsOf(RateLimiterCall.Acquire) - Leases;

    public int CallsOf(RateLimiterCall call) => _calls.GetValueOrDefault(call);

    public long Remaining(RateLimitRequest request) => Memory.Peek(request).Remaining;

    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default)
    {
        Interlocked.Add(ref _leases, request.Count == 1 && request.Dimensions[0].IsEstimate ? 1 : 0);
        return RunAsync(RateLimiterCall.Acquire, async () => Answer(await Memory.AcquireAsync(request, cancellationToken)), cancellationToken);
    }

    public ValueTask<bool> SettleAsync(RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default) =>
        RunAsync(RateLimiterCall.Settle, () => Memory.SettleAsync(reservation, actualCosts, cancellationToken), cancellationToken);

    public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        RunAsync(RateLimiterCall.Release, () => Memory.ReleaseAsync(reservation, cancellationToken), cancellationToken);

    public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        RunAsync(RateLimiterCall.Renew, () => Memory.RenewAsync(reservation, cancellationToken), cancellationToken);

    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        RunAsync(RateLimiterCall.Peek, () => Memory.PeekAsync(request, cancellationToken), cancellationToken);

    public async ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default) => await RunAsync(
        RateLimiterCall.Reset,
        async () =>
        {
            await Memory.ResetAsync(key, rule, cancellationToken);
            return true;
        },
        cancellationToken);

    public void Dispose() => IsDisposed = true;

    private async ValueTask<T> RunAsync<T>(RateLimiterCall call, Func<ValueTask<T>> inner, CancellationToken cancellationToken)
    {
        _calls.AddOrUpdate(call, 1, static (_, count) => count + 1);
        await Before(call).WaitAsync(cancellationToken);
        var result = await inner();
        await After(call);
        return result;
    }
}
