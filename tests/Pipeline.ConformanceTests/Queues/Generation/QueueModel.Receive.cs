using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.Generation;

internal sealed partial class QueueModel
{
    private readonly Dictionary<string, TenantWait> _waits = new(StringComparer.Ordinal);

    /// <summary>Takes what a receive gave, and checks that it may have given just that.</summary>
    public void Receive(int maxMessages, TimeSpan lease, IReadOnlyList<ReceivedMessage> received, TimeSpan tolerance)
    {
        CloseOpenPlaces();
        BeginWaits();
        var ready = CountReady();
        var expected = Math.Min(maxMessages, ready);
        Ensure.That(received.Count == expected, $"The receive gave {received.Count} messages, not {expected}.");
        foreach (var one in received)
        {
            var message = Find(one.Message.Id);
            Ensure.That(message is not null, $"The receive gave message {one.Message.Id}, which was never enqueued.");
            AssertMayBeNext(message!);
            AssertDelivery(message!, one, tolerance);
            CountTurn(message!.Message.Tenant);
            Lease(message, one, lease);
        }
    }

    private void Lease(ModelMessage message, ReceivedMessage received, TimeSpan lease)
    {
        message.State = ModelState.Leased;
        message.IsAtHead = false;
        message.HoldsKey = message.Message.OrderingKey is not null;
        message.Deliveries++;
        message.Token = received.Receipt.AttemptToken;
        message.LeaseUntil = time.Now + lease;
    }

    /// <summary>What time had made ready is ready now on every backend: each receive deals with it first.</summary>
    private void CloseOpenPlaces()
    {
        foreach (var message in Messages)
        {
            message.Place = Closed(message.Place);
            message.KeyPlace = Closed(message.KeyPlace);
            message.DeathPlace = Closed(message.DeathPlace);
        }

        ModelPlace? Closed(ModelPlace? place) => place is { To: ModelPlace.Open } ? place with { To = time.Operation } : place;
    }

    private void AssertMayBeNext(ModelMessage next)
    {
        Ensure.That(next.State == ModelState.Waiting, $"The receive gave {next}, which is {next.State}.");
        Ensure.That(IsReceivable(next), $"The receive gave {next}, which stands behind another of its ordering key.");
        foreach (var other in Messages.Where(other => other != next && other.Message.Tenant == next.Message.Tenant && IsCertainlyReady(other)))
        {
            Ensure.That(
                other.Message.Priority <= next.Message.Priority, $"The receive gave {next} before {other}, which has a higher priority.");
            if (other.Message.Priority == next.Message.Priority)
            {
                AssertNotOvertaken(next, other);
            }
        }
    }

    private static void AssertNotOvertaken(ModelMessage next, ModelMessage other)
    {
        if (next.IsAtHead)
        {
            return;
        }

        Ensure.That(!other.IsAtHead, $"The receive gave {next} before {other}, which was returned to the head.");
        Ensure.That(
            next.Place is null || other.Place is null || !other.Place.Precedes(next.Place), $"The receive gave {next} before {other}, which stood before it.");
    }

    private static void AssertDelivery(ModelMessage message, ReceivedMessage received, TimeSpan tolerance)
    {
        var expected = (message.Deliveries + 1, message.Failures, message.Crashes, message.MaxDeliveries);
        var actual = (received.Deliveries, received.Failures, received.Crashes, received.MaxDeliveries);
        Ensure.That(actual == expected, $"{message} came with deliveries, failures, crashes and maximum {actual}, not {expected}.");
        Ensure.That(
            received.Receipt.AttemptToken > message.Token, $"The token of {message} did not rise: {message.Token}, then {received.Receipt.AttemptToken}.");
        Ensure.That(received.Receipt.MessageId == message.Message.Id, $"The receipt of {message} is for {received.Receipt.MessageId}.");
        AssertTime(message.EnqueuedAt, message.EnqueuedAt, received.EnqueuedAt, tolerance, $"The arrival of {message}");
        AssertSame(message.Message, received.Message, message);
        AssertSame(message.Checkpoint, received.Checkpoint, message);
    }

    private static void AssertSame(QueueMessage expected, QueueMessage actual, ModelMessage message) => Ensure.That(
        expected.Id == actual.Id
            && expected.Body.Span.SequenceEqual(actual.Body.Span)
            && expected.Schema == actual.Schema
            && expected.Headers.Count == actual.Headers.Count
            && expected.Headers.All(header => actual.Headers.TryGetValue(header.Key, out var value) && value == header.Value)
            && (expected.Tenant, expected.OrderingKey, expected.DeduplicationKey) == (actual.Tenant, actual.OrderingKey, actual.DeduplicationKey)
            && (expected.Priority, expected.MaxDeliveries) == (actual.Priority, actual.MaxDeliveries),
        $"{message} is not as it was enqueued.");

    private static void AssertSame(MessageCheckpoint? expected, MessageCheckpoint? actual, ModelMessage message) => Ensure.That(
        expected?.Step == actual?.Step && (expected?.Body ?? default).Span.SequenceEqual((actual?.Body ?? default).Span),
        $"{message} has the checkpoint '{actual?.Step}', not '{expected?.Step}', or not its body.");

    private void BeginWaits()
    {
        var active = Messages.Where(IsReceivable).Select(message => message.Message.Tenant).ToHashSet(StringComparer.Ordinal);
        foreach (var tenant in _waits.Keys.Where(tenant => !active.Contains(tenant)).ToList())
        {
            _waits.Remove(tenant);
        }

        foreach (var tenant in active)
        {
            _waits.TryAdd(tenant, new TenantWait());
            _waits[tenant].Others.UnionWith(active.Where(other => other != tenant));
        }
    }

    /// <summary>No tenant waits for more messages of others than the sum of their weights.</summary>
    private void CountTurn(string served)
    {
        foreach (var (tenant, wait) in _waits)
        {
            if (tenant == served)
            {
                wait.Deliveries = 0;
                wait.Others.IntersectWith(_waits.Keys.Where(other => CountReady(other) > 0));
                continue;
            }

            if (CountReady(tenant) == 0)
            {
                continue;
            }

            wait.Deliveries++;
            var bound = wait.Others.Sum(other => definition.Options.TenantWeights.TryGetValue(other, out var weight) ? weight : 1);
            Ensure.That(wait.Deliveries <= bound, $"Tenant {tenant} waits for {wait.Deliveries} messages of others; their weights allow {bound}.");
        }
    }
}
