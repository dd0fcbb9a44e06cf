using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.Generation;

internal sealed partial class QueueModel
{
    public ModelMessage? FindHeld(QueueReceipt receipt) =>
        Find(receipt.MessageId) is { State: ModelState.Leased } message && message.Token == receipt.AttemptToken ? message : null;

    /// <summary>Completes; adds the follow-ups where the receipt was held.</summary>
    public bool Complete(QueueCompletion completion, Func<string, QueueModel> findQueue)
    {
        if (FindHeld(completion.Receipt) is not { } message)
        {
            return false;
        }

        message.State = ModelState.Gone;
        message.HoldsKey = false;
        Messages.Remove(message);
        TotalCompleted++;
        foreach (var followUp in completion.FollowUps ?? [])
        {
            findQueue(followUp.Queue).Enqueue(followUp.Message, isFollowUp: true);
        }

        return true;
    }

    public bool Renew(QueueReceipt receipt, TimeSpan lease)
    {
        if (FindHeld(receipt) is not { } message)
        {
            return false;
        }

        message.LeaseUntil = time.Now + lease;
        return true;
    }

    /// <param name="abandonment">What is given up.</param>
    /// <param name="callIndex">The same for all of a call: no order is promised between its retries.</param>
    public bool Abandon(QueueAbandonment abandonment, long callIndex)
    {
        if (FindHeld(abandonment.Receipt) is not { } message)
        {
            return false;
        }

        message.Checkpoint = abandonment.Checkpoint ?? message.Checkpoint;
        if (abandonment.Reason == AbandonReason.Failed)
        {
            ChargeFailure(message, abandonment.Error);
            if (message.Failures + message.Crashes >= message.MaxDeliveries)
            {
                Die(message, DeadLetterReason.Exhausted, ModelPlace.Unordered(time.Operation));
                return true;
            }
        }
        else
        {
            message.Deliveries--;
        }

        if (abandonment.Delay > TimeSpan.Zero)
        {
            message.State = ModelState.Delayed;
            message.Due = time.Now + abandonment.Delay;
            message.DueIndex = callIndex;
        }
        else
        {
            JoinLine(message, ModelPlace.Unordered(time.Operation));
            message.IsAtHead = abandonment.Reason == AbandonReason.Returned;
        }

        return true;
    }

    public bool Reject(QueueRejection rejection)
    {
        if (FindHeld(rejection.Receipt) is not { } message)
        {
            return false;
        }

        message.Checkpoint = rejection.Checkpoint ?? message.Checkpoint;
        ChargeFailure(message, rejection.Error);
        Die(message, rejection.Reason, ModelPlace.Unordered(time.Operation));
        return true;
    }

    private void ChargeFailure(ModelMessage message, MessageError? error)
    {
        message.Failures++;
        TotalFailures++;
        message.Attempts.Add(new ModelAttempt(message.Deliveries, time.ServerNow, AttemptOutcome.Failed, error));
    }
}
