using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>Makes the calls of one step, with all that the step asked for around them. This is what an application injects and calls.</summary>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TOut">What comes out.</typeparam>
/// <remarks>Thread safe.</remarks>
public interface IStepRunner<in TIn, TOut>
{
    /// <summary>The step's name.</summary>
    string Name { get; }

    /// <summary>Makes one call.</summary>
    /// <param name="input">What goes in.</param>
    /// <param name="context">
    /// On whose behalf; <see langword="null"/> for <see cref="CallContext.Current"/>. It is the current context while the step runs.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What came out, and what is known of the call.</returns>
    /// <exception cref="StepRejectedException">The input is invalid, the step's circuit is open, or too many calls run and wait.</exception>
    /// <exception cref="RateLimitRejectedException">A rate limit refused the call.</exception>
    /// <exception cref="StepTimeoutException">The step did not answer within a time-out.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <remarks>Whatever else the step throws in its last attempt is thrown as it is.</remarks>
    ValueTask<StepResult<TOut>> RunAsync(TIn input, CallContext? context = null, CancellationToken cancellationToken = default);
}
