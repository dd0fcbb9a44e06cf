namespace Pipeline.Steps;

/// <summary>Runs before and after each step of a chain.</summary>
/// <typeparam name="T">The chain's item.</typeparam>
/// <remarks>
/// A hook that throws fails the item as the step itself would; the error names hook and step. Hooks run in the order of their registration before a
/// step, and in the reverse order after it. One instance serves all items at the same time, so implementations are thread safe.
/// </remarks>
public interface IChainHook<T>
{
    /// <summary>Runs before a step.</summary>
    /// <param name="item">The item that the step gets.</param>
    /// <param name="context">The run's context; <see cref="ChainContext.StepName"/> names the step.</param>
    /// <param name="cancellationToken">Cancelled when the worker stops or the chain's time-out runs out.</param>
    /// <returns>A task that completes when the step may run.</returns>
    ValueTask BeforeStepAsync(T item, ChainContext context, CancellationToken cancellationToken) => default;

    /// <summary>Runs after a step that answered; not after one that threw.</summary>
    /// <param name="result">The step's answer.</param>
    /// <param name="context">The run's context; <see cref="ChainContext.StepName"/> names the step.</param>
    /// <param name="cancellationToken">Cancelled when the worker stops or the chain's time-out runs out.</param>
    /// <returns>A task that completes when the chain may go on.</returns>
    ValueTask AfterStepAsync(ChainResult<T> result, ChainContext context, CancellationToken cancellationToken) => default;
}
