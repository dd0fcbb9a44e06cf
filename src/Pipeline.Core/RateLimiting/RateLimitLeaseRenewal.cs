using Microsoft.Extensions.Logging;

namespace Pipeline.RateLimiting;

/// <summary>Renews the leases of a reservation, at a third of their duration, until it is disposed of or a lease has run out.</summary>
/// <remarks>For whoever holds a reservation for longer than its leases last. A renewal that fails is logged and tried again. Thread safe.</remarks>
public sealed class RateLimitLeaseRenewal : IDisposable
{
    /// <summary>The system's timers reach no further than some weeks.</summary>
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(1);

    private readonly IRateLimiter _limiter;
    private readonly RateLimitReservation _reservation;
    private readonly ILogger _logger;
    private readonly TimeSpan _period;
    private readonly PeriodicTimer _timer;
    private volatile bool _isStopped;

    private RateLimitLeaseRenewal(IRateLimiter limiter, RateLimitReservation reservation, TimeSpan lease, TimeProvider time, ILogger logger)
    {
        _limiter = limiter;
        _reservation = reservation;
        _logger = logger;
        var third = TimeSpan.FromMilliseconds(Math.Max(1, Math.Floor(lease.TotalMilliseconds / 3)));
        _period = third < LongestPeriod ? third : LongestPeriod;
        _timer = new PeriodicTimer(_period, time);
    }

    /// <summary>Begins to renew.</summary>
    /// <param name="limiter">The limiter that gave the reservation.</param>
    /// <param name="reservation">What is held.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where a renewal that failed (4011) and a lease that ran out (4012) are told.</param>
    /// <returns>What stops it when it is disposed of; <see langword="null"/> if the reservation holds no lease.</returns>
    public static RateLimitLeaseRenewal? Start(IRateLimiter limiter, RateLimitReservation reservation, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentNullException.ThrowIfNull(reservation);
        if (ShortestLease(reservation.Request) is not { } lease)
        {
            return null;
        }

        var renewal = new RateLimitLeaseRenewal(limiter, reservation, lease, time, logger);
        _ = renewal.RunAsync();
        return renewal;
    }

    /// <summary>Stops renewing. The leases go on until they are given back or run out.</summary>
    public void Dispose()
    {
        _isStopped = true;
        _timer.Dispose();
    }

    private static TimeSpan? ShortestLease(RateLimitRequest request)
    {
        TimeSpan? shortest = null;
        foreach (ref readonly var dimension in request.Dimensions)
        {
            if (dimension.Rule.Kind == RateLimitRuleKind.Concurrency && dimension.Cost > 0 && !(dimension.Rule.Window >= shortest))
            {
                shortest = dimension.Rule.Window;
            }
        }

        return shortest;
    }

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                if (!await _limiter.RenewAsync(_reservation, CancellationToken.None).ConfigureAwait(false) && !_isStopped)
                {
                    Log.RateLimitLeaseLost(_logger);
                    return;
                }
            }
#pragma warning disable CA1031 // Whatever it was, the leases are still to be renewed.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.RateLimitRenewalFailed(_logger, _period, e);
            }
        }
    }
}
