using Microsoft.Extensions.Logging;
using Pipeline.Queues;

namespace Pipeline;

internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Worker '{Worker}' started on queue '{Queue}' with {Concurrency} handlers.")]
    public static partial void WorkerStarted(ILogger logger, string worker, string queue, int concurrency);

    [LoggerMessage(2001, LogLevel.Information, "Worker '{Worker}' drains: {Unstarted} messages given back, {Running} still handled.")]
    public static partial void WorkerDraining(ILogger logger, string worker, int unstarted, int running);

    [LoggerMessage(2002, LogLevel.Warning, "Worker '{Worker}' did not finish {Count} messages within its DrainTimeout; they were given back.")]
    public static partial void DrainTimedOut(ILogger logger, string worker, int count);

    [LoggerMessage(2003, LogLevel.Information, "Worker '{Worker}' stopped.")]
    public static partial void WorkerStopped(ILogger logger, string worker);

    [LoggerMessage(2004, LogLevel.Warning, "Worker '{Worker}' could not give back {Count} messages; their leases run out and they come again.")]
    public static partial void ReturnFailed(ILogger logger, string worker, int count, Exception exception);

    [LoggerMessage(2010, LogLevel.Warning, "Receiving from queue '{Queue}' failed; next try in {Delay}.")]
    public static partial void ReceiveFailed(ILogger logger, string queue, TimeSpan delay, Exception? exception);

    [LoggerMessage(2011, LogLevel.Warning, "Renewing leases of queue '{Queue}' failed.")]
    public static partial void RenewalFailed(ILogger logger, string queue, Exception exception);

    [LoggerMessage(2012, LogLevel.Warning, "Ending messages of queue '{Queue}' failed; next try in {Delay}.")]
    public static partial void SettlementFailed(ILogger logger, string queue, TimeSpan delay, Exception? exception);

    [LoggerMessage(2013, LogLevel.Warning, "Worker '{Worker}' ended before message {MessageId} could be ended; its lease runs out and it comes again.")]
    public static partial void SettlementAborted(ILogger logger, string worker, Guid messageId);

    [LoggerMessage(2014, LogLevel.Error, "Worker '{Worker}' could not end message {MessageId}; its lease runs out and it comes again.")]
    public static partial void SettlementRefused(ILogger logger, string worker, Guid messageId, Exception exception);

    [LoggerMessage(2020, LogLevel.Warning, "Worker '{Worker}' failed on message {MessageId} in step '{Step}', failure {Failures}; retried in {Delay}.")]
    public static partial void MessageFailed(
        ILogger logger, string worker, Guid messageId, int failures, TimeSpan delay, string? step, Exception exception);

    [LoggerMessage(2021, LogLevel.Error, "Worker '{Worker}' failed for the last time on message {MessageId} in step '{Step}' after {Failures} failures and {Crashes} crashes; it is a dead letter.")]
    public static partial void MessageExhausted(
        ILogger logger, string worker, Guid messageId, int failures, int crashes, string? step, Exception exception);

    [LoggerMessage(2022, LogLevel.Error, "Worker '{Worker}' cannot process message {MessageId} in step '{Step}' ({Reason}); it is a dead letter.")]
    public static partial void MessageRejected(
        ILogger logger, string worker, Guid messageId, DeadLetterReason reason, string? step, Exception exception);

    [LoggerMessage(2023, LogLevel.Warning, "Worker '{Worker}' lost the lease on message {MessageId}; another consumer may have it.")]
    public static partial void LeaseLost(ILogger logger, string worker, Guid messageId);

    [LoggerMessage(2024, LogLevel.Warning, "Worker '{Worker}' keeps no checkpoint of message {MessageId} at step '{Step}': its {Bytes} bytes exceed the queue's MaxBodyBytes.")]
    public static partial void CheckpointTooLong(ILogger logger, string worker, Guid messageId, string step, int bytes);

    [LoggerMessage(2025, LogLevel.Warning, "Worker '{Worker}' keeps no checkpoint of message {MessageId} at step '{Step}': the item could not be encoded.")]
    public static partial void CheckpointUnwritable(ILogger logger, string worker, Guid messageId, string step, Exception exception);

    [LoggerMessage(2030, LogLevel.Warning, "Queue '{Queue}' does not tell its figures; its metrics are missing until it does.")]
    public static partial void QueueStatsFailed(ILogger logger, string queue, Exception exception);
}
