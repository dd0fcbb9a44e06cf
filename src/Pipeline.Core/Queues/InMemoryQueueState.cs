using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Queues;

/// <summary>
/// The state machine of one in-memory queue: every transition of a message, each done at once. Knows no locks, tasks or timers; its
/// caller holds the queue's lock and passes the time.
/// </summary>
/// <remarks>
/// <code>
///            enqueue                          receive
///   (new) ------------> Ready / Blocked ----------------> Leased ----> (completed)
///     |                    ^        ^                      | | |
///     | not yet due        | due    | crash, return        | | | rejected, or failed or crashed for the last time
///     +-----> Delayed -----+        +----------------------+ | +----> Dead ----> Ready (redrive)
///                ^                                           |
///                +-------------------------------------------+ failed, deferred
/// </code>
/// </remarks>
internal sealed class InMemoryQueueState(QueueDefinition definition)
{
    private readonly Dictionary<Guid, QueueEntry> _entries = [];
    private readonly ReadyRing _ready = new(definition.Options.TenantWeights);
    private readonly OrderingLines _lines = new();
    private readonly LeaseLines _leases = new();
    private readonly DelayedEntries _delayed = new();
    private readonly DeduplicationWindow _duplicates = new(definition.Options.DeduplicationWindow);
    private readonly EntryPool _pool = new();
    private readonly QueueOptions _options = definition.Options;
    private long _lastToken;
    private QueueTotals _totals;

    public DeadLetterShelf DeadLetters { get; } = new();

    public int ReadyCount => _ready.Count;

    public bool HasReady => ReadyCount > 0;

    /// <summary>How many messages the queue holds, dead letters apart.</summary>
    public int Depth => _entries.Count;

    /// <summary>When something happens by itself next; <see cref="long.MaxValue"/> if nothing will.</summary>
    public long NextEvent => Math.Min(_leases.NextExpiry(), _delayed.NextDue());

    /// <summary>Finds the message that makes another a duplicate.</summary>
    public bool TryFindFirst(QueueMessage message, out Guid first)
    {
        if (_duplicates.TryFind(message, out first))
        {
            return true;
        }

        first = message.Id;
        return _entries.ContainsKey(message.Id) || DeadLetters.Contains(message.Id);
    }

    public EnqueueResult Add(QueueMessage message, in QueueMoment moment)
    {
        if (TryFindFirst(message, out var first))
        {
            return new EnqueueResult(first, IsDuplicate: true);
        }

        var entry = _pool.Rent(message, moment.UtcNow, _options.MaxDeliveries);
        _entries.Add(message.Id, entry);
        _duplicates.Remember(message, moment.Now);
        _totals.Enqueued++;
        var delay = DelayOf(message, moment);
        if (delay > TimeSpan.Zero)
        {
            _delayed.Add(entry, moment.Now + delay.Ticks);
        }
        else
        {
            Arrive(entry, moment.Now);
        }

        return new EnqueueResult(message.Id, IsDuplicate: false);
    }

    /// <summary>Leases the next message. There must be one.</summary>
    public ReceivedMessage Take(TimeSpan lease, long now)
    {
        var entry = _ready.Take();
        entry.AttemptToken = ++_lastToken;
        entry.Deliveries++;
        _leases.Add(entry, lease, now);
        return new ReceivedMessage(entry.Message, entry.AttemptToken, entry.EnqueuedAt)
        {
            Deliveries = entry.Deliveries,
            Failures = entry.Failures,
            Crashes = entry.Crashes,
            MaxDeliveries = entry.MaxDeliveries,
            Checkpoint = entry.Checkpoint,
        };
    }

    public bool TryComplete(QueueReceipt receipt, long now)
    {
        if (!TryFindLeased(receipt, out var entry))
        {
            return false;
        }

        _leases.Remove(entry);
        _totals.Completed++;
        Leave(entry, now);
        return true;
    }

    public bool TryRenew(QueueReceipt receipt, TimeSpan lease, long now)
    {
        if (!TryFindLeased(receipt, out var entry))
        {
            return false;
        }

        _leases.Remove(entry);
        _leases.Add(entry, lease, now);
        return true;
    }

    public bool TryAbandon(QueueAbandonment abandonment, in QueueMoment moment)
    {
        if (!TryFindLeased(abandonment.Receipt, out var entry))
        {
            return false;
        }

        _leases.Remove(entry);
        entry.Checkpoint = abandonment.Checkpoint ?? entry.Checkpoint;
        if (abandonment.Reason == AbandonReason.Failed)
        {
            ChargeFailure(entry, abandonment.Error, moment);
            if (entry.IsExhausted)
            {
                Bury(entry, DeadLetterReason.Exhausted, moment);
                return true;
            }
        }
        else
        {
            entry.Deliveries--;
        }

        GiveBack(entry, abandonment, moment.Now);
        return true;
    }

    public bool TryReject(QueueRejection rejection, in QueueMoment moment)
    {
        if (!TryFindLeased(rejection.Receipt, out var entry))
        {
            return false;
        }

        _leases.Remove(entry);
        entry.Checkpoint = rejection.Checkpoint ?? entry.Checkpoint;
        ChargeFailure(entry, rejection.Error, moment);
        Bury(entry, rejection.Reason, moment);
        return true;
    }

    /// <summary>Does what time alone brings: delays that are over, leases that ran out, deduplication keys that are forgotten.</summary>
    public void Sweep(in QueueMoment moment)
    {
        _duplicates.Forget(moment.Now);
        while (_delayed.TakeDue(moment.Now) is { } due)
        {
            ComeDue(due, moment);
        }

        while (_leases.TakeExpired(moment.Now) is { } expired)
        {
            expired.Crashes++;
            _totals.Crashes++;
            expired.RecordAttempt(moment.UtcNow, AttemptOutcome.Crashed, error: null);
            if (expired.IsExhausted)
            {
                Bury(expired, DeadLetterReason.Exhausted, moment);
            }
            else
            {
                _ready.Append(expired, moment.Now);
            }
        }
    }

    public void Redrive(ShelvedLetter shelved, long now)
    {
        var letter = shelved.Letter;
        DeadLetters.Remove(shelved);
        var entry = _pool.Rent(letter.Message, letter.EnqueuedAt, _options.MaxDeliveries);
        entry.Deliveries = letter.Deliveries;
        entry.Redrives = letter.Redrives + 1;
        entry.Checkpoint = letter.Checkpoint;
        entry.Attempts = [.. letter.Attempts];
        _entries.Add(letter.Message.Id, entry);
        if (_lines.FindHeld(letter.Message) is { } held)
        {
            held.Head = entry;
            entry.Line = held;
            _ready.Append(entry, now);
        }
        else
        {
            Arrive(entry, now);
        }
    }

    public void Discard(ShelvedLetter shelved, long now)
    {
        DeadLetters.Remove(shelved);
        if (_lines.FindHeld(shelved.Letter.Message) is { } held)
        {
            Advance(held, now);
        }
    }

    public QueueStats GetStats(long now) => new()
    {
        Ready = _ready.Count,
        Blocked = _lines.BlockedCount,
        Leased = _leases.Count,
        Delayed = _delayed.Count,
        Dead = DeadLetters.Count,
        OldestAge = HasReady ? new TimeSpan(now - _ready.ReadySince()) : TimeSpan.Zero,
        TotalEnqueued = _totals.Enqueued,
        TotalCompleted = _totals.Completed,
        TotalFailures = _totals.Failures,
        TotalCrashes = _totals.Crashes,
        TotalDeadLettered = _totals.DeadLettered,
    };

    private static TimeSpan DelayOf(QueueMessage message, in QueueMoment moment) =>
        message.NotBefore is { } notBefore ? notBefore - moment.UtcNow : message.Delay;

    private bool TryFindLeased(QueueReceipt receipt, [NotNullWhen(true)] out QueueEntry? entry) =>
        _entries.TryGetValue(receipt.MessageId, out entry)
        && entry.State == EntryState.Leased
        && entry.AttemptToken == receipt.AttemptToken;

    private void Arrive(QueueEntry entry, long now)
    {
        if (entry.Message.OrderingKey is null || _lines.Join(entry))
        {
            _ready.Append(entry, now);
        }
    }

    private void ComeDue(QueueEntry entry, in QueueMoment moment)
    {
        if (entry.Line is not null)
        {
            _ready.Append(entry, moment.Now);
            return;
        }

        // The wall clock may have been set back since the delay was reckoned, and "not before" is meant by the wall clock.
        if (entry.Deliveries == 0 && entry.Message.NotBefore - moment.UtcNow is { } rest && rest > TimeSpan.Zero)
        {
            _delayed.Add(entry, moment.Now + rest.Ticks);
            return;
        }

        Arrive(entry, moment.Now);
    }

    private void GiveBack(QueueEntry entry, QueueAbandonment abandonment, long now)
    {
        if (abandonment.Delay > TimeSpan.Zero)
        {
            _delayed.Add(entry, now + abandonment.Delay.Ticks);
        }
        else if (abandonment.Reason == AbandonReason.Returned)
        {
            _ready.Prepend(entry, now);
        }
        else
        {
            _ready.Append(entry, now);
        }
    }

    private void ChargeFailure(QueueEntry entry, MessageError? error, in QueueMoment moment)
    {
        entry.Failures++;
        _totals.Failures++;
        entry.RecordAttempt(moment.UtcNow, AttemptOutcome.Failed, error);
    }

    private void Bury(QueueEntry entry, DeadLetterReason reason, in QueueMoment moment)
    {
        _totals.DeadLettered++;
        DeadLetters.Add(new DeadLetter
        {
            Message = entry.Message,
            Reason = reason,
            EnqueuedAt = entry.EnqueuedAt,
            DeadAt = moment.UtcNow,
            Deliveries = entry.Deliveries,
            Failures = entry.Failures,
            Crashes = entry.Crashes,
            Redrives = entry.Redrives,
            Checkpoint = entry.Checkpoint,
            Attempts = entry.Attempts!.AsReadOnly(),
        });
        if (_options.DeadLetterBlocksOrderingKey && entry.Line is { } line)
        {
            OrderingLines.Hold(line);
            entry.Line = null;
        }

        Leave(entry, moment.Now);
    }

    private void Leave(QueueEntry entry, long now)
    {
        _entries.Remove(entry.Message.Id);
        if (entry.Line is { } line)
        {
            Advance(line, now);
        }

        _pool.Return(entry);
    }

    private void Advance(OrderingLine line, long now)
    {
        if (_lines.Advance(line) is { } next)
        {
            _ready.Append(next, now);
        }
    }
}
