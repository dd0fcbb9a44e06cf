using Pipeline.Queues;

namespace Pipeline.Admin;

/// <summary>What is known of a dead letter, without its body and headers: those are the tenant's, and not the operator's.</summary>
internal sealed record DeadLetterView(
    Guid Id,
    string Tenant,
    string Type,
    int SchemaVersion,
    int Bytes,
    DeadLetterReason Reason,
    DateTimeOffset EnqueuedAt,
    DateTimeOffset DeadAt,
    int Deliveries,
    int Failures,
    int Crashes,
    int Redrives,
    string? ResumesAt,
    string? RequestId,
    IReadOnlyList<AttemptView> Attempts)
{
    public static DeadLetterView Of(DeadLetter letter) => new(
        letter.Message.Id,
        letter.Message.Tenant,
        letter.Message.Schema.Type,
        letter.Message.Schema.Version,
        letter.Message.Body.Length,
        letter.Reason,
        letter.EnqueuedAt,
        letter.DeadAt,
        letter.Deliveries,
        letter.Failures,
        letter.Crashes,
        letter.Redrives,
        letter.Checkpoint?.Step,
        letter.Message.Headers.GetValueOrDefault(MessageHeaders.RequestId),
        [.. letter.Attempts.Select(AttemptView.Of)]);
}
