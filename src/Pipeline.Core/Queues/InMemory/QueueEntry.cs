namespace Pipeline.Queues;

/// <summary>A message in an in-memory queue and where it stands. A node of at most one <see cref="EntryList"/>.</summary>
internal sealed class QueueEntry
{
    private List<MessageAttempt>? _attempts;
    private int _redrives;

    public QueueMessage Message { get; private set; } = null!;

    public DateTimeOffset EnqueuedAt { get; private set; }

    public EntryState State { get; set; }

    /// <summary>What the state makes of it: ready since, leased until, or due at; in ticks of the <see cref="QueueClock"/>.</summary>
    public long Time { get; set; }

    public long AttemptToken { get; private set; }

    public int Deliveries { get; set; }

    public int Failures { get; private set; }

    public int Crashes { get; private set; }

    public int MaxDeliveries { get; private set; }

    public MessageCheckpoint? Checkpoint { get; set; }

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
        Deliveries = Failures = Crashes = _redrives = 0;
        Checkpoint = null;
        _attempts = null;
        Line = null;
    }

    /// <summary>Lets go of what the entry holds, so that a pooled one keeps no body alive.</summary>
    public void End()
    {
        Message = null!;
        Checkpoint = null;
        _attempts = null;
        Line = null;
    }

    public ReceivedMessage Deliver(long attemptToken)
    {
        AttemptToken = attemptToken;
        Deliveries++;
        return new ReceivedMessage(Message, attemptToken, EnqueuedAt)
        {
            Deliveries = Deliveries,
            Failures = Failures,
            Crashes = Crashes,
            MaxDeliveries = MaxDeliveries,
            Checkpoint = Checkpoint,
        };
    }

    public void Fail(MessageError? error, DateTimeOffset at)
    {
        Failures++;
        RecordAttempt(at, AttemptOutcome.Failed, error);
    }

    public void Crash(DateTimeOffset at)
    {
        Crashes++;
        RecordAttempt(at, AttemptOutcome.Crashed, error: null);
    }

    public DeadLetter ToDeadLetter(DeadLetterReason reason, DateTimeOffset deadAt) => new()
    {
        Message = Message,
        Reason = reason,
        EnqueuedAt = EnqueuedAt,
        DeadAt = deadAt,
        Deliveries = Deliveries,
        Failures = Failures,
        Crashes = Crashes,
        Redrives = _redrives,
        Checkpoint = Checkpoint,
        Attempts = [.. _attempts ?? []],
    };

    /// <summary>Takes over from a dead letter what outlives its redrive.</summary>
    public void Revive(DeadLetter letter)
    {
        Deliveries = letter.Deliveries;
        Checkpoint = letter.Checkpoint;
        _redrives = letter.Redrives + 1;
        _attempts = [.. letter.Attempts];
    }

    private void RecordAttempt(DateTimeOffset at, AttemptOutcome outcome, MessageError? error)
    {
        _attempts ??= [];
        if (_attempts.Count == QueueLimits.MaxAttemptsKept)
        {
            _attempts.RemoveAt(0);
        }

        _attempts.Add(new MessageAttempt(Deliveries, at, outcome, error));
    }
}
