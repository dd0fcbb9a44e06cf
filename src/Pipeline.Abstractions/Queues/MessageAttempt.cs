namespace Pipeline.Queues;

/// <summary>One delivery that did not succeed, as a dead letter remembers it.</summary>
/// <param name="Delivery">Which delivery it was, counted from 1.</param>
/// <param name="At">When it ended, by the backend's clock.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">Why it failed; <see langword="null"/> where the lease ran out without a word.</param>
public sealed record MessageAttempt(int Delivery, DateTimeOffset At, AttemptOutcome Outcome, MessageError? Error);
