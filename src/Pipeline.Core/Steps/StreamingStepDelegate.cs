namespace Pipeline.Steps;

/// <summary>What a stage of a streaming step hands the call on to: the next stage, or the step itself.</summary>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TItem">The pieces that come out.</typeparam>
/// <param name="input">What goes in.</param>
/// <param name="context">The call's context.</param>
/// <param name="cancellationToken">Cancels the call.</param>
/// <returns>The pieces.</returns>
public delegate IAsyncEnumerable<TItem> StreamingStepDelegate<in TIn, out TItem>(TIn input, StepContext context, CancellationToken cancellationToken);
