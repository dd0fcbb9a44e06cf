using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;

namespace Pipeline.Workers;

/// <summary>Takes one delivery through its handler and ends it as the handler's result demands.</summary>
internal sealed class MessageProcessor(
    string worker,
    IQueue queue,
    IMessageHandler handler,
    QueueWorkerOptions options,
    Settlement settlement,
    WorkerServices services)
{
    private readonly TimeProvider _time = services.Time;
    private readonly ILogger _logger = services.Logger;
    private readonly WorkerMetrics _metrics = services.Metrics;
    private readonly RetryBackoff _backoff = new(options, Random.Shared);

    public async Task ProcessAsync(Delivery delivery)
    {
        var call = IncomingMessage.CallOf(delivery.Received.Message);
        using var scope = CallContext.Use(call);
        using var logScope = _logger.BeginScope(new MessageLogScope(delivery.Received.Message.Id, queue.Definition.Name, call));
        using var activity = WorkerMetrics.StartActivity(queue.Definition.Name, worker, delivery.Received);
        var started = _time.GetTimestamp();
        _metrics.Begin(queue.Definition.Name, worker);
        var outcome = MessageOutcome.LeaseLost;
        try
        {
            outcome = await HandleAsync(delivery, call).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The worker ended while the queue's backend was away: the lease runs out, and the message comes again.
            Log.SettlementAborted(_logger, worker, delivery.Received.Message.Id);
        }
        finally
        {
            activity?.SetStatus(outcome is MessageOutcome.Failed or MessageOutcome.DeadLettered ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
            _metrics.End(queue.Definition.Name, worker, outcome, _time.GetElapsedTime(started));
        }
    }

    private async Task<MessageOutcome> HandleAsync(Delivery delivery, CallContext call)
    {
        var context = new MessageContext(worker, delivery.Received, call);
        var waited = TimeSpan.Zero;
        while (true)
        {
            try
            {
                await RunHandlerAsync(context, delivery).ConfigureAwait(false);
                var completion = new QueueCompletion(delivery.Received.Receipt, context.FollowUps);
                return Report(delivery, MessageOutcome.Completed, await settlement.CompleteAsync(completion).ConfigureAwait(false));
            }
            catch (RateLimitRejectedException refusal) when (refusal.RetryAfter <= options.MaxRateLimitWait - waited && delivery.End == DeliveryEnd.None)
            {
                var wait = WholeMilliseconds(refusal.RetryAfter);
                waited += wait;
                if (!await WaitAsync(wait, delivery).ConfigureAwait(false))
                {
                    return await EndAsync(delivery, context, refusal).ConfigureAwait(false);
                }

                context = context.Resume();
            }
            catch (Exception exception)
            {
                return await EndAsync(delivery, context, exception).ConfigureAwait(false);
            }
        }
    }

    private async Task RunHandlerAsync(MessageContext context, Delivery delivery)
    {
        if (options.HandlerTimeout is not { } timeout)
        {
            await handler.HandleAsync(context, delivery.Token).ConfigureAwait(false);
            return;
        }

        // The handler may ignore its token: the slot must be free all the same when its time is over.
        var handling = Task.Run(() => handler.HandleAsync(context, delivery.Token).AsTask());
        try
        {
            await handling.WaitAsync(timeout, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!handling.IsCompleted)
        {
            delivery.Cancel(DeliveryEnd.TimedOut);
            _ = handling.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new HandlerTimeoutException(worker, timeout);
        }
        catch (TimeoutException)
        {
            // It ended when its time did, or the time-out is its own.
            await handling.ConfigureAwait(false);
        }
    }

    // Timers drop fractions of a millisecond, and a call that comes too early is only refused again.
    private static TimeSpan WholeMilliseconds(TimeSpan delay) => TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(delay.TotalMilliseconds)));

    private async Task<bool> WaitAsync(TimeSpan delay, Delivery delivery)
    {
        try
        {
            await Task.Delay(delay, _time, delivery.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<MessageOutcome> EndAsync(Delivery delivery, MessageContext context, Exception exception)
    {
        var receipt = delivery.Received.Receipt;
        if (delivery.End == DeliveryEnd.LeaseLost)
        {
            return Report(delivery, MessageOutcome.LeaseLost, kept: false);
        }

        switch (exception)
        {
            case RateLimitRejectedException refusal:
                return await DeferAsync(delivery, context, refusal.RetryAfter).ConfigureAwait(false);
            case MessageDeferredException deferral:
                return await DeferAsync(delivery, context, deferral.Delay).ConfigureAwait(false);
            case UnreadableMessageException:
                return await RejectAsync(delivery, context, DeadLetterReason.Unreadable, exception).ConfigureAwait(false);
            case Exception when StepFailures.IsPermanent(exception):
                return await RejectAsync(delivery, context, DeadLetterReason.Unprocessable, exception).ConfigureAwait(false);
            case Exception when delivery.End == DeliveryEnd.Draining:
                // How a handler fails once it was told to stop says nothing of its message.
                return Report(delivery, MessageOutcome.Returned, await settlement.AbandonAsync(QueueAbandonment.Returned(receipt)).ConfigureAwait(false));
            default:
                return await FailAsync(delivery, context, exception).ConfigureAwait(false);
        }
    }

    private async Task<MessageOutcome> DeferAsync(Delivery delivery, MessageContext context, TimeSpan delay)
    {
        var bounded = TimeSpan.FromTicks(Math.Clamp(delay.Ticks, 0, QueueLimits.MaxDelay.Ticks));
        var abandonment = QueueAbandonment.Deferred(delivery.Received.Receipt, bounded, FittingCheckpoint(context));
        return Report(delivery, MessageOutcome.Deferred, await settlement.AbandonAsync(abandonment).ConfigureAwait(false));
    }

    private async Task<MessageOutcome> RejectAsync(Delivery delivery, MessageContext context, DeadLetterReason reason, Exception exception)
    {
        var error = ErrorOf(context, exception);
        Log.MessageRejected(_logger, worker, delivery.Received.Message.Id, reason, error.Step, exception);
        var rejection = new QueueRejection(delivery.Received.Receipt, reason, error, FittingCheckpoint(context));
        return Report(delivery, MessageOutcome.DeadLettered, await settlement.DeadLetterAsync(rejection).ConfigureAwait(false));
    }

    private async Task<MessageOutcome> FailAsync(Delivery delivery, MessageContext context, Exception exception)
    {
        var received = delivery.Received;
        var failures = received.Failures + 1;
        var isLast = failures + received.Crashes >= received.MaxDeliveries;
        var delay = _backoff.DelayAfter(failures);
        var error = ErrorOf(context, exception);
        if (isLast)
        {
            Log.MessageExhausted(_logger, worker, received.Message.Id, failures, received.Crashes, error.Step, exception);
        }
        else
        {
            Log.MessageFailed(_logger, worker, received.Message.Id, failures, delay, error.Step, exception);
        }

        var kept = await settlement.AbandonAsync(QueueAbandonment.Failed(received.Receipt, error, delay, FittingCheckpoint(context))).ConfigureAwait(false);
        return Report(delivery, isLast ? MessageOutcome.DeadLettered : MessageOutcome.Failed, kept);
    }

    private MessageOutcome Report(Delivery delivery, MessageOutcome outcome, bool kept)
    {
        if (kept)
        {
            return outcome;
        }

        Log.LeaseLost(_logger, worker, delivery.Received.Message.Id);
        return MessageOutcome.LeaseLost;
    }

    // A checkpoint that the queue would refuse is worth less than the retry that it would prevent.
    private MessageCheckpoint? FittingCheckpoint(MessageContext context)
    {
        if (context.Checkpoint is not { } checkpoint || checkpoint.Body.Length <= queue.Definition.Options.MaxBodyBytes)
        {
            return context.Checkpoint;
        }

        Log.CheckpointTooLong(_logger, worker, context.Received.Message.Id, checkpoint.Step, checkpoint.Body.Length);
        return null;
    }

    private static MessageError ErrorOf(MessageContext context, Exception exception) => MessageError.From(exception) with
    {
        Step = context.FailedStep,
        TraceId = Activity.Current?.TraceId.ToString(),
    };
}
