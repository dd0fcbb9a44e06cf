namespace Pipeline.Steps;

/// <summary>What a stage hands the call on to: the next stage, or the step itself.</summary>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TOut">What comes out.</typeparam>
/// <param name="input">What goes in.</param>
/// <param name="context">The call's context.</param>
/// <param name="cancellationToken">Cancels the call.</param>
/// <returns>What comes out.</returns>
public delegate ValueTask<TOut> StepDelegate<in TIn, TOut>(TIn input, StepContext context, CancellationToken cancellationToken);
