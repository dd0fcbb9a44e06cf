using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.Generation;

/// <summary>
/// A queue as a list of messages that every call searches through: slow, and small enough to be seen to be right. It says what a call
/// must give, and where several results are right, whether one is.
/// </summary>
internal sealed partial class QueueModel(QueueDefinition definition, ModelTime time)
{
    private readonly Dictionary<(string Tenant, string Key), (Guid Id, DateTimeOffset Until)> _deduplication = [];
    private readonly Dictionary<Guid, ModelMessage> _byId = [];

    public QueueDefinition Definition => definition;

    public List<ModelMessage> Messages { get; } = [];

    public long TotalEnqueued { get; private set; }

    public long TotalCompleted { get; private set; }

    public long TotalFailures { get; private set; }

    public long TotalCrashes { get; private set; }

    public long TotalDeadLettered { get; private set; }

    public int Depth => Messages.Count(message => message.State is ModelState.Delayed or ModelState.Waiting or ModelState.Leased);

    public IReadOnlyList<ModelMessage> Dead => [.. Messages.Where(message => message.State == ModelState.Dead)];

    public ModelMessage? Find(Guid id) => _byId.GetValueOrDefault(id);

    /// <summary>The id of the message of which this one is a duplicate, or <see langword="null"/>.</summary>
    public Guid? FindOriginal(QueueMessage message)
    {
        if (_byId.ContainsKey(message.Id))
        {
            return message.Id;
        }

        return message.DeduplicationKey is { } key && _deduplication.TryGetValue((message.Tenant, key), out var first) && time.Now < first.Until
            ? first.Id
            : null;
    }

    public EnqueueResult Enqueue(QueueMessage message, bool isFollowUp = false)
    {
        if (FindOriginal(message) is { } original)
        {
            return new EnqueueResult(original, IsDuplicate: true);
        }

        var added = new ModelMessage(message)
        {
            EnqueuedAt = time.ServerNow,
            MaxDeliveries = message.MaxDeliveries ?? definition.Options.MaxDeliveries,
            Due = DueTime(message),
            DueIndex = time.NextIndex(),
        };
        Messages.Add(added);
        _byId.Add(message.Id, added);
        TotalEnqueued++;
        if (message.DeduplicationKey is { } key)
        {
            _deduplication[(message.Tenant, key)] = (message.Id, time.Now + definition.Options.DeduplicationWindow);
        }

        if (added.Due > time.Now)
        {
            added.State = ModelState.Delayed;
        }
        else
        {
            JoinLine(added, ModelPlace.Ordered(time.Operation, added.DueIndex));

            // Whether a completion frees its key before or after its follow-ups join it is the backend's affair.
            added.Place = isFollowUp && message.OrderingKey is not null ? null : added.Place;
        }

        return new EnqueueResult(message.Id, IsDuplicate: false);
    }

    /// <summary>Does what came due and what ran out, up to now.</summary>
    public void Settle()
    {
        var due = Messages.Where(message => message.State == ModelState.Delayed && message.Due <= time.Now).ToList();
        foreach (var message in due.OrderBy(message => message.Due).ThenBy(message => message.DueIndex))
        {
            JoinLine(message, new ModelPlace(time.Operation, ModelPlace.Open, message.Due, message.DueIndex));
        }

        foreach (var message in Messages.Where(message => message.State == ModelState.Leased && message.LeaseUntil <= time.Now).ToList())
        {
            message.Crashes++;
            TotalCrashes++;
            message.Attempts.Add(new ModelAttempt(message.Deliveries, message.LeaseUntil, AttemptOutcome.Crashed, Error: null));
            var place = new ModelPlace(time.Operation, ModelPlace.Open, null, -1);
            if (message.Failures + message.Crashes >= message.MaxDeliveries)
            {
                Die(message, DeadLetterReason.Exhausted, place);
            }
            else
            {
                JoinLine(message, place);
            }
        }
    }

    /// <summary>Whether a message could be received now, if nothing were taken before it.</summary>
    public bool IsReceivable(ModelMessage message) => message.State == ModelState.Waiting
        && (message.HoldsKey || KeyMates(message).All(mate => !mate.HoldsKey && !mate.KeyPlace!.Precedes(message.KeyPlace!)));

    /// <summary>Whether a message is the one of its key that can be received, in whatever order a backend put what came at once.</summary>
    public bool IsCertainlyReady(ModelMessage message) =>
        IsReceivable(message) && (message.HoldsKey || KeyMates(message).All(mate => message.KeyPlace!.Precedes(mate.KeyPlace!)));

    /// <summary>How many messages can be received now: of each ordering key at most one.</summary>
    public int CountReady(string? tenant = null) => Messages
        .Where(message => tenant is null || message.Message.Tenant == tenant)
        .Where(IsReceivable)
        .Select(message => message.Message.OrderingKey is { } key ? (message.Message.Tenant, key) : (message.Message.Id.ToString(), ""))
        .Distinct()
        .Count();

    public void AssertStats(QueueStats actual, TimeSpan tolerance)
    {
        var ready = CountReady();
        var expected = new QueueStats
        {
            Ready = ready,
            Blocked = Count(ModelState.Waiting) - ready,
            Leased = Count(ModelState.Leased),
            Delayed = Count(ModelState.Delayed),
            Dead = Count(ModelState.Dead),
            OldestAge = actual.OldestAge,
            TotalEnqueued = TotalEnqueued,
            TotalCompleted = TotalCompleted,
            TotalFailures = TotalFailures,
            TotalCrashes = TotalCrashes,
            TotalDeadLettered = TotalDeadLettered,
        };
        Ensure.That(actual == expected, $"The stats are {actual}, not {expected}.");

        NoticeReady();
        var least = Messages.Where(IsCertainlyReady).Select(message => time.ServerNow - message.ReadyTo!.Value).DefaultIfEmpty(TimeSpan.Zero).Max();
        var greatest = Messages.Where(IsReceivable).Select(message => time.ServerNow - message.ReadyFrom).DefaultIfEmpty(TimeSpan.Zero).Max();
        var age = actual.OldestAge;
        Ensure.That(age >= least - tolerance && age <= greatest + tolerance, $"The oldest age is {age}, not from {least} to {greatest}.");
    }

    /// <summary>
    /// Notes since when messages are ready. What time made ready became so at some moment of the advance. Called after each operation.
    /// </summary>
    private void NoticeReady()
    {
        foreach (var message in Messages)
        {
            if (!IsReceivable(message))
            {
                message.ReadyTo = null;
            }
            else if (message.ReadyTo is null)
            {
                message.ReadyFrom = time.ServerNowBefore;
                message.ReadyTo = time.ServerNow;
            }
        }
    }

    private int Count(ModelState state) => Messages.Count(message => message.State == state);

    private DateTimeOffset DueTime(QueueMessage message) =>
        message.NotBefore is { } notBefore ? time.FromServer(notBefore) : time.Now + message.Delay;

    /// <summary>The others that stand in the line of a message's ordering key.</summary>
    private IEnumerable<ModelMessage> KeyMates(ModelMessage message) => message.Message.OrderingKey is null
        ? []
        : Messages.Where(other => other != message
            && (other.HoldsKey || other.State == ModelState.Waiting)
            && other.Message.OrderingKey == message.Message.OrderingKey
            && other.Message.Tenant == message.Message.Tenant);

    private void JoinLine(ModelMessage message, ModelPlace place)
    {
        message.State = ModelState.Waiting;
        message.IsAtHead = false;
        if (message.HoldsKey)
        {
            message.Place = place;
            return;
        }

        // What was blocked has no promised place in its lane, nor has what may be: a key's message that comes due while another arrives.
        message.KeyPlace = place;
        var isKeyed = message.Message.OrderingKey is not null;
        message.Place = isKeyed && (place.To == ModelPlace.Open || KeyMates(message).Any()) ? null : place;
    }

    private void Die(ModelMessage message, DeadLetterReason reason, ModelPlace place)
    {
        message.State = ModelState.Dead;
        message.HoldsKey = definition.Options.DeadLetterBlocksOrderingKey && message.Message.OrderingKey is not null;
        message.DeadReason = reason;
        message.DeathPlace = place;
        TotalDeadLettered++;
    }
}
