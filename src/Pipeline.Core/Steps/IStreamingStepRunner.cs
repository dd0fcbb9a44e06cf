using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>Makes the calls of one streaming step, with all that the step asked for around them.</summary>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TItem">The pieces that come out.</typeparam>
/// <remarks>
/// Thread safe. A call is metered whole when its enumeration ends; a consumer that stops early is no failure. Failed attempts are repeated, and count
/// for the circuit breaker, only up to the first item: what the consumer has seen cannot be taken back.
/// </remarks>
public interface IStreamingStepRunner<in TIn, out TItem>
{
    /// <summary>The step's name.</summary>
    string Name { get; }

    /// <summary>Makes one call.</summary>
    /// <param name="input">What goes in.</param>
    /// <param name="context">
    /// On whose behalf; <see langword="null"/> for <see cref="CallContext.Current"/>. It is the current context while the step runs.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The pieces. The call begins with the enumeration; each enumeration is a call of its own.</returns>
    /// <exception cref="StepRejectedException">The input is invalid, the step's circuit is open, or too many calls run and wait.</exception>
    /// <exception cref="RateLimitRejectedException">A rate limit refused the call.</exception>
    /// <exception cref="StepTimeoutException">The step did not answer within a time-out.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <remarks>The exceptions come from the enumeration, as does whatever else the step throws.</remarks>
    IAsyncEnumerable<TItem> RunAsync(TIn input, CallContext? context = null, CancellationToken cancellationToken = default);
}
