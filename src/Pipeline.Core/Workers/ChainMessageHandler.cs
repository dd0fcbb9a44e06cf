using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Pipeline.Queues;
using Pipeline.Steps;

namespace Pipeline.Workers;

/// <summary>Takes the item of each message through a chain, from the step that an earlier attempt got to.</summary>
internal sealed class ChainMessageHandler<T>(Chain<T> chain, MessageCodec<T> codec, ILogger logger) : IPausableHandler
{
    // A message that was in hand when its chain was disabled waits this long before it asks again.
    private static readonly TimeSpan DisabledDelay = TimeSpan.FromSeconds(5);

    public Task WaitUntilActiveAsync(CancellationToken cancellationToken) => chain.WaitUntilEnabledAsync(cancellationToken);

    public async ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken)
    {
        var received = context.Received;
        var run = new ChainRunOptions
        {
            Call = context.Call,
            ResumeAt = received.Checkpoint?.Step,
            Attempt = received.Failures + received.Crashes + 1,
            MessageId = received.Message.Id,
            EnqueuedAt = received.EnqueuedAt,
        };
        var outcome = await chain.RunAsync(codec.Read(received.Message, received.Checkpoint), run, cancellationToken).ConfigureAwait(false);
        if (outcome.IsFailed)
        {
            context.FailedStep = outcome.FailedStep;
            context.Checkpoint = CheckpointOf(outcome, context);
            ExceptionDispatchInfo.Throw(outcome.Error);
        }

        if (outcome.Status == ChainStatus.Disabled)
        {
            throw new MessageDeferredException(DisabledDelay);
        }

        foreach (var followUp in outcome.FollowUps)
        {
            context.FollowUp(followUp);
        }
    }

    private MessageCheckpoint? CheckpointOf(ChainOutcome<T> outcome, MessageContext context)
    {
        // A step that no longer exists is nothing to resume at, and the checkpoint that named it stays.
        if (!outcome.IsFailed || !chain.StepNames.Contains(outcome.ResumeStep, StringComparer.Ordinal))
        {
            return null;
        }

        try
        {
            return new MessageCheckpoint(outcome.ResumeStep, codec.Write(outcome.Item));
        }
        catch (InvalidOperationException exception)
        {
            Log.CheckpointUnwritable(logger, context.Worker, context.Received.Message.Id, outcome.ResumeStep, exception);
            return null;
        }
    }
}
