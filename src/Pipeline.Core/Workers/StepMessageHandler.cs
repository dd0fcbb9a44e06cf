using Pipeline.Queues;
using Pipeline.Steps;

namespace Pipeline.Workers;

/// <summary>Runs a step over the value of each message. The step's result is not kept.</summary>
internal sealed class StepMessageHandler<TIn, TOut>(IStepRunner<TIn, TOut> runner, MessageCodec<TIn> codec) : IMessageHandler
{
    public async ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken)
    {
        context.FailedStep = runner.Name;
        await runner.RunAsync(codec.Read(context.Received.Message), context.Call, cancellationToken).ConfigureAwait(false);
    }
}
