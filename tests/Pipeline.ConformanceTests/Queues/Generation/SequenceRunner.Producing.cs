using System.Globalization;
using System.Text;
using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.Generation;

internal sealed partial class SequenceRunner
{
    /// <summary>How long an enqueue that is repeated is recognised after its messages are gone.</summary>
    private static readonly TimeSpan RepeatWindow = TimeSpan.FromMinutes(5);

    private static readonly string[] Tenants = ["a", "b", "c"];

    private async Task EnqueueAsync()
    {
        var model = AnyModel();
        var count = _random.Chance(60) ? 1 : _random.Between(2, 6);
        QueueMessage[] messages = [.. Enumerable.Range(0, count).Select(_ => RandomMessage())];
        if (_random.Chance(5))
        {
            messages[^1] = messages[0];
        }

        var room = (model.Definition.Options.Capacity ?? long.MaxValue) - model.Depth;
        var added = messages.Count(message => model.FindOriginal(message) is null);
        if (CountDistinct(model, messages) <= room && added > room)
        {
            // Whether duplicates within a batch need room is not promised.
            return;
        }

        Log(model, "enqueue", messages);
        if (added > room)
        {
            await ExpectFullAsync(model, messages);
            return;
        }

        var expected = messages.Select(message => model.Enqueue(message)).ToList();
        var actual = await AnyProcess(model).EnqueueAsync(messages);
        Ensure.That(actual.SequenceEqual(expected), $"The results are [{string.Join(", ", actual)}], not [{string.Join(", ", expected)}].");
        _batches.Add((model, messages, _time.Now));
    }

    /// <summary>How many messages of a batch are no duplicates, of earlier ones or of each other.</summary>
    private static int CountDistinct(QueueModel model, QueueMessage[] messages) => messages
        .Where(message => model.FindOriginal(message) is null)
        .DistinctBy(message => message.Id)
        .DistinctBy(message => message.DeduplicationKey is { } key ? $"{message.Tenant} {key}" : message.Id.ToString())
        .Count();

    private async Task ExpectFullAsync(QueueModel model, QueueMessage[] messages)
    {
        var refused = false;
        try
        {
            await AnyProcess(model).EnqueueAsync(messages);
        }
        catch (QueueFullException)
        {
            refused = true;
        }

        Ensure.That(refused, $"The queue took {messages.Length} messages, for which it had no room.");
    }

    /// <summary>Sends a batch again, as a producer does that had no answer.</summary>
    private async Task RepeatEnqueueAsync()
    {
        // What is gone is recognised for five minutes where an answer can be lost, and a key's window must not end while its message is there.
        var known = _batches
            .Where(batch => batch.Messages.All(message => message.DeduplicationKey is null))
            .Where(batch => _store.CanLoseAnswers
                ? _time.Now - batch.At < RepeatWindow * 0.8 : batch.Messages.All(message => batch.Model.Find(message.Id)?.State != ModelState.Gone))
            .ToList();
        if (known.Count == 0)
        {
            return;
        }

        var (model, messages, _) = _random.Pick(known);
        Log(model, "enqueue again", messages);
        var actual = await AnyProcess(model).EnqueueAsync(messages);
        var expected = messages.Select(message => new EnqueueResult(message.Id, IsDuplicate: true)).ToList();
        Ensure.That(actual.SequenceEqual(expected), $"The results are [{string.Join(", ", actual)}], not [{string.Join(", ", expected)}].");
    }

    private QueueMessage RandomMessage()
    {
        var body = Encoding.UTF8.GetBytes(_random.NextUInt64().ToString(CultureInfo.InvariantCulture)[..8]);
        var delay = _random.Chance(15) ? HalfTicks(0, 3) : TimeSpan.Zero;
        var tenant = _random.Chance(60) ? Tenants[0] : _random.Pick(Tenants);
        string? orderingKey = _random.Chance(45) ? $"k{_random.Next(3)}" : null;
        string? deduplicationKey = _random.Chance(12) ? $"d{_random.Next(3)}" : null;
        var priority = _random.Chance(60) ? QueueLimits.DefaultPriority : _random.Between(QueueLimits.MinPriority, QueueLimits.MaxPriority);
        int? maxDeliveries = _random.Chance(30) ? _random.Between(1, 3) : null;
        var headers = _random.Chance(20)
            ? new Dictionary<string, string>(StringComparer.Ordinal) { ["h"] = "v" } : new Dictionary<string, string>(StringComparer.Ordinal);
        var id = _random.NextGuid();
        if (_random.Chance(5))
        {
            var notBefore = _time.ServerNow + (_random.Chance(70) ? HalfTicks(0, 3) : -_store.Tick);
            return new QueueMessage(body)
            {
                Id = id, Tenant = tenant, OrderingKey = orderingKey, DeduplicationKey = deduplicationKey, Priority = priority,
                MaxDeliveries = maxDeliveries, Headers = headers, NotBefore = notBefore,
            };
        }

        return new QueueMessage(body)
        {
            Id = id, Tenant = tenant, OrderingKey = orderingKey, DeduplicationKey = deduplicationKey, Priority = priority,
            MaxDeliveries = maxDeliveries, Headers = headers, Delay = delay,
        };
    }

    /// <summary>A time that ends between two ticks, so that the drift of a real clock changes nothing.</summary>
    private TimeSpan HalfTicks(int least, int greatest) => _store.Tick * (_random.Between(least, greatest) + 0.5);

    private void Log(QueueModel model, string operation, IEnumerable<QueueMessage> messages) => Log(model, operation, messages.Select(Describe));

    private static string Describe(QueueMessage message)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{message.Id.ToString()[..8]} tenant {message.Tenant} priority {message.Priority}");
        _ = message.OrderingKey is { } key ? text.Append(" key ").Append(key) : text;
        _ = message.DeduplicationKey is { } deduplication ? text.Append(" once ").Append(deduplication) : text;
        _ = message.Delay > TimeSpan.Zero ? text.Append(CultureInfo.InvariantCulture, $" delay {message.Delay}") : text;
        _ = message.NotBefore is { } time ? text.Append(CultureInfo.InvariantCulture, $" not before {time:O}") : text;
        _ = message.MaxDeliveries is { } maximum ? text.Append(CultureInfo.InvariantCulture, $" max {maximum}") : text;
        return text.ToString();
    }
}
