using System.Threading.RateLimiting;
using Polly;

namespace Pipeline.Steps;

/// <summary>Lets a bounded number of calls through at the same time; a bounded number waits, the rest is refused.</summary>
internal sealed class ConcurrencyStrategy(ConcurrencyLimiter limiter, string step) : ResilienceStrategy
{
    public static StepRejectedException Overloaded(string step) => new(
        step,
        StepRejectionReason.Overloaded,
        "as many calls as allowed are running and waiting. Call again later, or raise MaxConcurrency or MaxQueued.");

    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        RateLimitLease lease;
        try
        {
            lease = await limiter.AcquireAsync(1, context.CancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            return Outcome.FromException<TResult>(e);
        }

        using (lease)
        {
            return lease.IsAcquired
                ? await callback(context, state).ConfigureAwait(false)
                : Outcome.FromException<TResult>(Overloaded(step));
        }
    }
}
