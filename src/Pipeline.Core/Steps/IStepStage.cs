using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Steps;

/// <summary>Something that a runner does around a step: before it, after it, or in its place.</summary>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TOut">What comes out.</typeparam>
/// <remarks>
/// The stages are put together once, when the runner is made. One instance serves all calls at the same time, so implementations are thread
/// safe. A stage that lets work go on after its own task has completed must <see cref="StepContext.Retain"/> the context.
/// </remarks>
public interface IStepStage<TIn, TOut>
{
    /// <summary>Where the stage stands. Asked once.</summary>
    StepStageOrder Order { get; }

    /// <summary>Does the stage's part of a call.</summary>
    /// <param name="input">What goes in.</param>
    /// <param name="context">The call's context.</param>
    /// <param name="next">What comes after the stage on the way in. A stage that answers itself does not call it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What comes out.</returns>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "The field\'s word. Visual Basic can escape it.")]
    ValueTask<TOut> InvokeAsync(TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken);
}
