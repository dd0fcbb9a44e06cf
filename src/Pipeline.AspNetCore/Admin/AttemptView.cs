using Pipeline.Queues;

namespace Pipeline.Admin;

/// <summary>One delivery that did not succeed.</summary>
internal sealed record AttemptView(
    int Delivery, DateTimeOffset At, AttemptOutcome Outcome, string? Error, string? Message, string? Step, string? TraceId)
{
    public static AttemptView Of(MessageAttempt attempt) => new(
        attempt.Delivery, attempt.At, attempt.Outcome, attempt.Error?.Type, attempt.Error?.Message, attempt.Error?.Step, attempt.Error?.TraceId);
}
