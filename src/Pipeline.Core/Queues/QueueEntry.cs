namespace Pipeline.Queues;

/// <summary>A message in an in-memory queue and where it stands. A node of at most one <see cref="EntryList"/>.</summary>
internal sealed class QueueEntry
{
    public QueueMessage Message { get; private set; } = null!;

    public DateTimeOffset EnqueuedAt { get; private set; }

    public EntryState State { get; set; }

    /// <summary>What the state makes of it: ready since, leased until, or due at; in ticks of the <see cref="QueueClock"/>.</summary>
    public long Time { get; set; }

    public long AttemptToken { get; set; }

    public int Deliveries { get; set; }

    public int Failures { get; set; }

    public int Crashes { get; set; }

    public int Redrives { get; set; }

    public int MaxDeliveries { get; private set; }

    public MessageCheckpoint? Checkpoint { get; set; }

    public List<MessageAttempt>? Attempts { get; set; }

    /// <summary>The line of the ordering key, once the message has joined it.</summary>
    public OrderingLine? Line { get; set; }

    public EntryList? List { get; set; }

    public QueueEntry? Previous { get; set; }

    public QueueEntry? Next { get; set; }

    public bool IsExhausted => Failures + Crashes >= MaxDeliveries;

    public void Begin(QueueMessage message, DateTimeOffset enqueuedAt, int defaultMaxDeliveries)
    {
        Message = message;
        EnqueuedAt = enqueuedAt;
        MaxDeliveries = message.MaxDeliveries ?? defaultMaxDeliveries;
        AttemptToken = 0;
        Deliveries = Failures = Crashes = Redrives = 0;
        Checkpoint = null;
        Attempts = null;
        Line = null;
    }

    /// <summary>Lets go of what the entry holds, so that a pooled one keeps no body alive.</summary>
    public void End()
    {
        Message = null!;
        Checkpoint = null;
        Attempts = null;
        Line = null;
    }

    public void RecordAttempt(DateTimeOffset at, AttemptOutcome outcome, MessageError? error)
    {
        Attempts ??= [];
        if (Attempts.Count == QueueLimits.MaxAttemptsKept)
        {
            Attempts.RemoveAt(0);
        }

        Attempts.Add(new MessageAttempt(Deliveries, at, outcome, error));
    }
}
