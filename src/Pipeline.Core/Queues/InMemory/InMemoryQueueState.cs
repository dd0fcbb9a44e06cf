using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Queues;

/// <summary>
/// The state machine of one in-memory queue. Knows no locks, tasks or timers: its caller holds the queue's lock and passes the time.
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
    private const int EntriesKept = 100_000;

    private readonly Dictionary<Guid, QueueEntry> _entries = [];
    private readonly DeliveryOrder _order = new(definition.Options);
    private readonly LeaseLines _leases = new();
    private readonly DelayedEntries _delayed = new();
    private readonly DeduplicationWindow _duplicates = new(definition.Options.DeduplicationWindow);
    private readonly EntryPool _pool = new();
    private readonly QueueOptions _options = definition.Options;
    private long _lastToken;
    private QueueTotals _totals;

    public DeadLetterShelf DeadLetters { get; } = new();

    public int ReadyCount => _order.ReadyCount;

    /// <summary>When something happens by itself next; <see cref="long.MaxValue"/> if nothing will.</summary>
    public long NextEvent => Math.Min(_leases.NextExpiry(), _delayed.NextDue());

    /// <summary>Whether the queue can take messages, or those of them that are no duplicates.</summary>
    public bool HasRoomFor(IReadOnlyList<QueueMessage> messages)
    {
        if (_options.Capacity is not { } capacity || _entries.Count + messages.Count <= capacity)
        {
            return true;
        }

        var added = messages.Count(message => !TryFindFirst(message, out _));
        return added == 0 || _entries.Count + added <= capacity;
    }

    public IReadOnlyList<EnqueueResult> AddAll(IReadOnlyList<QueueMessage> messages, in QueueMoment moment)
    {
        var results = new EnqueueResults(messages.Count);
        for (var i = 0; i < messages.Count; i++)
        {
            results.Add(messages[i], Add(messages[i], moment));
        }

        return results;
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
        var delay = message.NotBefore is { } notBefore ? notBefore - moment.UtcNow : message.Delay;
        if (delay > TimeSpan.Zero)
        {
            _delayed.Add(entry, moment.Now + delay.Ticks);
        }
        else
        {
            _order.Arrive(entry, moment.Now);
        }

        return new EnqueueResult(message.Id, IsDuplicate: false);
    }

    /// <summary>Leases the next messages, as many as there are.</summary>
    public ReceivedMessage[] TakeUpTo(int maxMessages, TimeSpan lease, long now)
    {
        var count = Math.Min(maxMessages, ReadyCount);
        var messages = count == 0 ? [] : new ReceivedMessage[count];
        for (var i = 0; i < count; i++)
        {
            var entry = _order.Take();
            _leases.Add(entry, lease, now);
            messages[i] = entry.Deliver(++_lastToken);
        }

        return messages;
    }

    public bool TryComplete(QueueReceipt receipt, long now)
    {
        if (!TryFindLeased(receipt, out var entry))
        {
            return false;
        }

        _leases.Remove(entry);
        _totals.Completed++;
        _order.Leave(entry, now);
        Remove(entry);
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
            entry.Fail(abandonment.Error, moment.UtcNow);
            _totals.Failures++;
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
        entry.Fail(rejection.Error, moment.UtcNow);
        _totals.Failures++;
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
            expired.Crash(moment.UtcNow);
            _totals.Crashes++;
            if (expired.IsExhausted)
            {
                Bury(expired, DeadLetterReason.Exhausted, moment);
            }
            else
            {
                _order.Append(expired, moment.Now);
            }
        }
    }

    public void Redrive(ShelvedLetter shelved, long now)
    {
        var letter = shelved.Letter;
        DeadLetters.Remove(shelved);
        var entry = _pool.Rent(letter.Message, letter.EnqueuedAt, _options.MaxDeliveries);
        entry.Revive(letter);
        _entries.Add(letter.Message.Id, entry);
        _order.Revive(entry, now);
    }

    public void Discard(ShelvedLetter shelved, long now)
    {
        DeadLetters.Remove(shelved);
        _order.Forget(shelved.Letter.Message, now);
    }

    public QueueStats GetStats(long now) => new()
    {
        Ready = _order.ReadyCount,
        Blocked = _order.BlockedCount,
        Leased = _leases.Count,
        Delayed = _delayed.Count,
        Dead = DeadLetters.Count,
        OldestAge = _order.OldestAge(now),
        TotalEnqueued = _totals.Enqueued,
        TotalCompleted = _totals.Completed,
        TotalFailures = _totals.Failures,
        TotalCrashes = _totals.Crashes,
        TotalDeadLettered = _totals.DeadLettered,
    };

    /// <summary>Finds the message that makes another a duplicate.</summary>
    private bool TryFindFirst(QueueMessage message, out Guid first)
    {
        if (_duplicates.TryFind(message, out first))
        {
            return true;
        }

        first = message.Id;
        return _entries.ContainsKey(message.Id) || DeadLetters.Contains(message.Id);
    }

    private bool TryFindLeased(QueueReceipt receipt, [NotNullWhen(true)] out QueueEntry? entry) =>
        _entries.TryGetValue(receipt.MessageId, out entry)
        && entry.State == EntryState.Leased
        && entry.AttemptToken == receipt.AttemptToken;

    private void ComeDue(QueueEntry entry, in QueueMoment moment)
    {
        if (entry.Line is not null)
        {
            _order.Append(entry, moment.Now);
            return;
        }

        // The wall clock may have been set back since the delay was reckoned, and "not before" is meant by the wall clock.
        if (entry.Deliveries == 0 && entry.Message.NotBefore - moment.UtcNow is { } rest && rest > TimeSpan.Zero)
        {
            _delayed.Add(entry, moment.Now + rest.Ticks);
            return;
        }

        _order.Arrive(entry, moment.Now);
    }

    private void GiveBack(QueueEntry entry, QueueAbandonment abandonment, long now)
    {
        if (abandonment.Delay > TimeSpan.Zero)
        {
            _delayed.Add(entry, now + abandonment.Delay.Ticks);
        }
        else if (abandonment.Reason == AbandonReason.Returned)
        {
            _order.Prepend(entry, now);
        }
        else
        {
            _order.Append(entry, now);
        }
    }

    private void Bury(QueueEntry entry, DeadLetterReason reason, in QueueMoment moment)
    {
        _totals.DeadLettered++;
        DeadLetters.Add(entry.ToDeadLetter(reason, moment.UtcNow));
        _order.Die(entry, moment.Now);
        Remove(entry);
    }

    private void Remove(QueueEntry entry)
    {
        _entries.Remove(entry.Message.Id);
        _pool.Return(entry);

        // The tables that a burst has made large are not kept for the life of the process.
        if (_entries.Count == 0 && _entries.Capacity > EntriesKept)
        {
            _entries.TrimExcess();
            _delayed.TrimExcess();
        }
    }
}
