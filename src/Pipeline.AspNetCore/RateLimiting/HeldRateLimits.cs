using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.RateLimiting;

/// <summary>What a request holds until its response is complete: estimates, which are settled then, and leases, which are renewed meanwhile.</summary>
internal sealed class HeldRateLimits : ITokenBudget, IDisposable
{
    private const long Nothing = -1;

    private readonly HttpContext _context;
    private readonly IRateLimiter _limiter;
    private readonly RateLimitReservation _reservation;
    private readonly bool _hasEstimate;
    private readonly ILogger _logger;
    private readonly RateLimitLeaseRenewal? _renewal;
    private long _reported = Nothing;

    private HeldRateLimits(
        HttpContext context, IRateLimiter limiter, RateLimitReservation reservation, bool hasEstimate, TimeProvider time, ILogger logger)
    {
        (_context, _limiter, _reservation, _hasEstimate, _logger) = (context, limiter, reservation, hasEstimate, logger);
        _renewal = RateLimitLeaseRenewal.Start(limiter, reservation, time, logger);
    }

    public long? Reported => Interlocked.Read(ref _reported) is var reported and not Nothing ? reported : null;

    /// <summary>Holds a reservation until the response is complete.</summary>
    public static void Hold(
        HttpContext context, IRateLimiter limiter, RateLimitReservation reservation, bool hasEstimate, TimeProvider time, ILogger logger)
    {
        var held = new HeldRateLimits(context, limiter, reservation, hasEstimate, time, logger);
        if (hasEstimate)
        {
            context.Features.Set<ITokenBudget>(held);
        }

        context.Response.OnCompleted(static state => ((HeldRateLimits)state).EndAsync(), held);
    }

    public void Report(long tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        long before, after;
        do
        {
            before = Interlocked.Read(ref _reported);
            after = Math.Min(Math.Max(before, 0), RateLimitRule.MaxCharge) + Math.Min(tokens, RateLimitRule.MaxCharge);
        }
        while (Interlocked.CompareExchange(ref _reported, after, before) != before);
    }

    public void Dispose() => _renewal?.Dispose();

    private async Task EndAsync()
    {
        Dispose();
        try
        {
            if (ActualCost() is { } cost)
            {
                await _limiter.SettleAsync(_reservation, cost, CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                await _limiter.ReleaseAsync(_reservation, CancellationToken.None).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The response is complete, and nobody waits: the estimate stays charged, and leases run out.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.RateLimitUnsettled(_logger, e);
        }
    }

    /// <summary>What the request has used, if that is known. One that was refused without a report has used nothing.</summary>
    private long? ActualCost()
    {
        if (!_hasEstimate)
        {
            return null;
        }

        return Reported ?? (_context.Response.StatusCode is >= StatusCodes.Status400BadRequest and < StatusCodes.Status500InternalServerError ? 0 : null);
    }
}
