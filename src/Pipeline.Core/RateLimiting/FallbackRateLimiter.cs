using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <summary>
/// What stands around every limiter that the service provider hands out: it answers as the rules' fallbacks say where the limiter's backend
/// does not answer in time.
/// </summary>
/// <remarks>
/// <para>A decision that takes longer than the budget begins an outage. While it lasts, one call at a time tries the backend, and only if the last
/// try was some time ago; the others are answered from the fallbacks at once. An answer in time ends the outage. A late one does not: a backend that
/// is slow for good would otherwise begin and end an outage with every call, and each grants the local shares anew.</para>
/// <para>Where the limiter completes synchronously this adds no allocation.</para>
/// </remarks>
internal sealed class FallbackRateLimiter(
    IRateLimiter inner, RateLimitingOptions options, RateLimitMetrics metrics, TimeProvider time, ILogger logger)
    : IRateLimiter, IAsyncDisposable, IDisposable
{
    /// <summary>
    /// How many budgets lie between two tries: a caller who makes one call after the other spends at most a tenth of the outage waiting.
    /// </summary>
    private const int BudgetsBetweenTries = 10;

    private readonly InMemoryRateLimiter? _inMemory = inner as InMemoryRateLimiter;
    private readonly TimeSpan _budget = options.OutageBudget;
    private volatile RateLimitOutage? _outage;

    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default)
    {
        // What is in memory is never away, and decides in little more time than all that follows would add.
        if (_inMemory is not null && !metrics.MeasuresRequests)
        {
            return _inMemory.AcquireAsync(request, cancellationToken);
        }

        var last = _outage;
        if (last is { IsOver: false })
        {
            return DecideInOutageAsync(last, request, takes: true, cancellationToken);
        }

        var call = AskBackend(request, takes: true, cancellationToken);
        return call.IsCompletedSuccessfully
            ? new(Counted(call.Result, takes: true))
            : AwaitAsync(call, last, request, takes: true, cancellationToken);
    }

    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default)
    {
        var last = _outage;
        if (last is { IsOver: false })
        {
            return DecideInOutageAsync(last, request, takes: false, cancellationToken);
        }

        var call = AskBackend(request, takes: false, cancellationToken);
        return call.IsCompletedSuccessfully ? call : AwaitAsync(call, last, request, takes: false, cancellationToken);
    }

    public ValueTask<bool> SettleAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        if (!reservation.IsDegraded)
        {
            return inner.SettleAsync(reservation, actualCosts, cancellationToken);
        }

        reservation.ThrowIfInvalid(actualCosts.Span);
        return DegradedReservation.Of(reservation)?.SettleAsync(actualCosts, cancellationToken) ?? new(false);
    }

    public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        return reservation.IsDegraded
            ? DegradedReservation.Of(reservation)?.ReleaseAsync(cancellationToken) ?? new(false)
            : inner.ReleaseAsync(reservation, cancellationToken);
    }

    public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        return reservation.IsDegraded
            ? DegradedReservation.Of(reservation)?.RenewAsync(cancellationToken) ?? new(false)
            : inner.RenewAsync(reservation, cancellationToken);
    }

    public async ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default)
    {
        if (_outage is { IsOver: false } outage)
        {
            await outage.ResetAsync(key, rule, cancellationToken).ConfigureAwait(false);
        }

        await inner.ResetAsync(key, rule, cancellationToken).ConfigureAwait(false);
    }

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => inner.GetCapability<TCapability>();

    public void Dispose() => (inner as IDisposable)?.Dispose();

    public ValueTask DisposeAsync()
    {
        if (inner is IAsyncDisposable disposable)
        {
            return disposable.DisposeAsync();
        }

        Dispose();
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RateLimitDecision> AwaitAsync(
        ValueTask<RateLimitDecision> call, RateLimitOutage? last, RateLimitRequest request, bool takes, CancellationToken cancellationToken)
    {
        var (answer, cause) = await WithinBudgetAsync(call, cancellationToken).ConfigureAwait(false);
        return Counted(
            answer ?? await BeginOutage(last, cause).DecideAsync(request, takes, cancellationToken).ConfigureAwait(false),
            takes);
    }

    private async ValueTask<RateLimitDecision> DecideInOutageAsync(
        RateLimitOutage outage, RateLimitRequest request, bool takes, CancellationToken cancellationToken)
    {
        RateLimitRequest.ThrowIfEmpty(request);
        RateLimitDecision? answer = null;

        // What has no limit is granted without the backend, and so tells nothing of it.
        if (RateLimitOutage.IsLimited(request) && outage.TryBeginTry())
        {
            answer = await TryBackendAsync(outage, request, takes, cancellationToken).ConfigureAwait(false);
        }

        return Counted(answer ?? await outage.DecideAsync(request, takes, cancellationToken).ConfigureAwait(false), takes);
    }

    /// <summary>Asks the backend, and ends the outage if it answers in time.</summary>
    /// <returns>The answer, or <see langword="null"/> if the outage goes on.</returns>
    private async ValueTask<RateLimitDecision?> TryBackendAsync(
        RateLimitOutage outage, RateLimitRequest request, bool takes, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.Zero;
        try
        {
            var (answer, _) = await WithinBudgetAsync(AskBackend(request, takes, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (answer is null)
            {
                pause = _budget * BudgetsBetweenTries;
            }
            else if (outage.TryEnd())
            {
                Log.RateLimiterBack(logger, outage.Duration);
            }

            return answer;
        }
        finally
        {
            outage.EndTry(pause);
        }
    }

    /// <summary>Waits for the backend's answer.</summary>
    /// <returns>The answer; if there is none, why not, unless it is because the budget was spent.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(RateLimitDecision? Answer, BackendUnavailableException? Cause)> WithinBudgetAsync(
        ValueTask<RateLimitDecision> call, CancellationToken cancellationToken)
    {
        var task = call.AsTask();
        if (!task.IsCompleted)
        {
            await ((Task)task).WaitAsync(_budget, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!task.IsCompleted)
        {
            _ = GiveBackAsync(task);
            cancellationToken.ThrowIfCancellationRequested();
            return default;
        }

        try
        {
            return (await task.ConfigureAwait(false), null);
        }
        catch (BackendUnavailableException e)
        {
            return (null, e);
        }
    }

    // A caller who got another answer, or gave up, will never end what this one holds.
    private async Task GiveBackAsync(Task<RateLimitDecision> late)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late is not { IsCompletedSuccessfully: true, Result.Reservation: { } reservation })
        {
            _ = late.Exception;
            return;
        }

        try
        {
            await inner.SettleAsync(reservation, new long[reservation.Request.Count], CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it, and nobody could do anything about it.
        catch (Exception)
#pragma warning restore CA1031
        {
            metrics.CountUnsettled();
        }
    }

    private ValueTask<RateLimitDecision> AskBackend(RateLimitRequest request, bool takes, CancellationToken cancellationToken)
    {
        try
        {
            return takes ? inner.AcquireAsync(request, cancellationToken) : inner.PeekAsync(request, cancellationToken);
        }
        catch (BackendUnavailableException e)
        {
            return ValueTask.FromException<RateLimitDecision>(e);
        }
    }

    /// <param name="last">The last outage when the call began. If there has been another since, the failure tells nothing new.</param>
    /// <param name="cause">What the backend failed with, or <see langword="null"/>.</param>
    private RateLimitOutage BeginOutage(RateLimitOutage? last, BackendUnavailableException? cause)
    {
        var outage = new RateLimitOutage(time);
        var other = Interlocked.CompareExchange(ref _outage, outage, last);
        if (!ReferenceEquals(other, last))
        {
            return other!;
        }

        metrics.CountOutage();
        Log.RateLimiterAway(logger, _budget, cause);
        return outage;
    }

    private RateLimitDecision Counted(RateLimitDecision decision, bool takes)
    {
        if (takes)
        {
            metrics.CountRequest(decision);
        }

        return decision;
    }
}
