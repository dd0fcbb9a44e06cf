namespace Pipeline.Steps;

/// <summary>One expensive call that answers piece by piece, such as a chat model's tokens.</summary>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TItem">The pieces that come out.</typeparam>
/// <remarks>
/// One instance serves all calls at the same time, so implementations are thread safe and take what lives shorter than they do from a factory.
/// </remarks>
public interface IStreamingStep<in TIn, out TItem>
{
    /// <summary>Makes the call.</summary>
    /// <param name="input">What goes in.</param>
    /// <param name="context">The call's context, valid until the enumeration ends.</param>
    /// <param name="cancellationToken">Cancelled when the caller gives up or a time-out runs out.</param>
    /// <returns>The pieces. Each enumeration is a call of its own.</returns>
    IAsyncEnumerable<TItem> ExecuteAsync(TIn input, StepContext context, CancellationToken cancellationToken);
}
