using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Steps;

/// <summary>Something that a runner does around a streaming step: before it, after it, with its pieces, or in its place.</summary>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TItem">The pieces that come out.</typeparam>
/// <remarks>
/// The stages are put together once, when the runner is made. One instance serves all calls at the same time, so implementations are thread safe.
/// </remarks>
public interface IStreamingStepStage<TIn, TItem>
{
    /// <summary>Where the stage stands. Asked once.</summary>
    StepStageOrder Order { get; }

    /// <summary>Does the stage's part of a call.</summary>
    /// <param name="input">What goes in.</param>
    /// <param name="context">The call's context.</param>
    /// <param name="next">What comes after the stage on the way in. A stage that answers itself does not call it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The pieces.</returns>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "The field\'s word. Visual Basic can escape it.")]
    IAsyncEnumerable<TItem> InvokeAsync(
        TIn input, StepContext context, StreamingStepDelegate<TIn, TItem> next, CancellationToken cancellationToken);
}
