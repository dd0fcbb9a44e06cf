namespace Pipeline.Steps;

/// <summary>One expensive call: a model, an embedding, a parser. The runner puts time-outs, retries, limits, cache and metering around it.</summary>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TOut">What comes out.</typeparam>
/// <remarks>
/// One instance serves all calls at the same time, so implementations are thread safe and take what lives shorter than they do from a factory.
/// </remarks>
public interface IStep<in TIn, TOut>
{
    /// <summary>Makes the call.</summary>
    /// <param name="input">What goes in.</param>
    /// <param name="context">The call's context, valid until the returned task completes.</param>
    /// <param name="cancellationToken">Cancelled when the caller gives up or a time-out runs out.</param>
    /// <returns>What comes out.</returns>
    ValueTask<TOut> ExecuteAsync(TIn input, StepContext context, CancellationToken cancellationToken);
}
