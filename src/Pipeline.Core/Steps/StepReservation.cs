using Pipeline.RateLimiting;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>What one call holds of its step's rate limits, until it is disposed.</summary>
internal sealed class StepReservation(
    StepSettlement settlement, RateLimitReservation reservation, StepContext context, RateLimitLeaseRenewal? renewal) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        renewal?.Dispose();
        return settlement.EndAsync(reservation, TokensUsed());
    }

    private long? TokensUsed()
    {
        if (context.HasUsage)
        {
            return Total(context.Usage);
        }

        // A step that was not even tried used nothing: a cache answered, or something between here and the step refused.
        return context.Attempt == 0 ? 0 : null;
    }

    // What a step reports must not fail its call, however absurd.
    private static long Total(in TokenUsage usage)
    {
        var total = (Int128)usage.UncachedInput + usage.CachedInput + usage.CacheWrite + usage.Output + usage.Reasoning;
        return (long)Int128.Min(total, long.MaxValue);
    }
}
