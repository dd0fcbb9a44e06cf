using Pipeline.Queues;
using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>One of the named steps that a chain takes its items through.</summary>
/// <typeparam name="T">The chain's item.</typeparam>
/// <remarks>
/// One instance serves all items at the same time, so implementations are thread safe and take what lives shorter than they do from a factory.
/// </remarks>
public interface IChainStep<T>
{
    /// <summary>Works on an item.</summary>
    /// <param name="item">The item, as the step before returned it.</param>
    /// <param name="context">The run's context, valid until the returned task completes.</param>
    /// <param name="cancellationToken">Cancelled when the worker stops or the chain's time-out runs out.</param>
    /// <returns><see cref="ChainResult.Continue{T}"/> with the item for the next step, or <see cref="ChainResult.Halt{T}"/>.</returns>
    /// <exception cref="UnprocessableMessageException">No retry can help: the message goes to the dead letters at once.</exception>
    /// <exception cref="RateLimitRejectedException">A rate limit refused the step: the message is deferred, and nothing is charged.</exception>
    /// <remarks>Any other exception fails the item, which is tried again from this step under the worker's policy.</remarks>
    ValueTask<ChainResult<T>> ExecuteAsync(T item, ChainContext context, CancellationToken cancellationToken);
}
