using Microsoft.Extensions.Logging;
using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>Ends what the calls of one step hold of their rate limits. A call never fails for it, and never waits long for it.</summary>
/// <param name="step">The step's name.</param>
/// <param name="limiter">The limiter.</param>
/// <param name="metrics">Counts what could not be ended.</param>
/// <param name="budget">How long a call waits; then the ending goes on by itself.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class StepSettlement(
    string step, IRateLimiter limiter, RateLimitMetrics metrics, TimeSpan budget, TimeProvider time, ILogger logger)
{
    /// <summary>Holds a reservation for as long as a call runs: its leases are renewed meanwhile.</summary>
    public StepReservation Hold(RateLimitReservation reservation, StepContext context) =>
        new(this, reservation, context, RateLimitLeaseRenewal.Start(limiter, reservation, time, logger));

    /// <summary>Ends a reservation.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="tokens">How many tokens the call used; <see langword="null"/> where nobody knows.</param>
    public async ValueTask EndAsync(RateLimitReservation reservation, long? tokens)
    {
        var ending = SettleAsync(reservation, tokens);
        if (!ending.IsCompleted)
        {
            await ending.WaitAsync(budget, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Not by the caller's token: what a cancelled call holds has to be ended, too.
    private async Task SettleAsync(RateLimitReservation reservation, long? tokens)
    {
        try
        {
            _ = tokens is { } used
                ? await limiter.SettleAsync(reservation, used, CancellationToken.None).ConfigureAwait(false)
                : await limiter.ReleaseAsync(reservation, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The call is over: its answer is not lost for its accounts.
        catch (Exception e)
#pragma warning restore CA1031
        {
            metrics.CountUnsettled();
            Log.RateLimitUnsettled(logger, step, e);
        }
    }
}
