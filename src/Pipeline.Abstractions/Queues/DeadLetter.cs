namespace Pipeline.Queues;

/// <summary>A message that is not delivered any more, with all that is known of why.</summary>
/// <remarks>Immutable.</remarks>
public sealed class DeadLetter
{
    /// <summary>The message as it was enqueued, with its body and headers (the producer's trace among them).</summary>
    public required QueueMessage Message { get; init; }

    /// <summary>Why it is dead.</summary>
    public required DeadLetterReason Reason { get; init; }

    /// <summary>When it was enqueued, by the backend's clock.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it died, by the backend's clock.</summary>
    public required DateTimeOffset DeadAt { get; init; }

    /// <summary>How often it was delivered.</summary>
    public required int Deliveries { get; init; }

    /// <summary>How often it failed since it was enqueued or last redriven.</summary>
    public required int Failures { get; init; }

    /// <summary>How often its lease ran out since it was enqueued or last redriven.</summary>
    public required int Crashes { get; init; }

    /// <summary>How often it was redriven.</summary>
    public required int Redrives { get; init; }

    /// <summary>How far it got, or <see langword="null"/>. A redriven message resumes there.</summary>
    public MessageCheckpoint? Checkpoint { get; init; }

    /// <summary>
    /// The attempts that did not succeed, oldest first; of more than <see cref="QueueLimits.MaxAttemptsKept"/>, the latest. Those
    /// before a redrive are kept.
    /// </summary>
    public required IReadOnlyList<MessageAttempt> Attempts { get; init; }

    /// <summary>What it last failed with; <see langword="null"/> where its consumers crashed and never said.</summary>
    public MessageError? LastError => Attempts.LastOrDefault(attempt => attempt.Error is not null)?.Error;
}
