using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.Generation;

/// <summary>An attempt that did not succeed, and the earliest time at which it can have ended.</summary>
internal sealed record ModelAttempt(int Delivery, DateTimeOffset NotBefore, AttemptOutcome Outcome, MessageError? Error);
