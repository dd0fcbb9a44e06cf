using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace Pipeline.Queues;

internal sealed partial class RedisQueue
{
    /// <summary>How long an enqueue is remembered, so that its repeat adds nothing.</summary>
    private const long RepeatMilliseconds = 5 * 60 * 1000;

    /// <summary>How long a producer that waits for room keeps its place without a word.</summary>
    private static readonly TimeSpan TicketTime = TimeSpan.FromSeconds(15);

    private const int IdLength = 16;
    private const int Full = 0;
    private const int Repeat = 2;
    private const int Waits = 3;

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckMessages(messages, Definition);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<IReadOnlyList<EnqueueResult>>(cancellationToken)
            : AddAsync(messages, isBounded: Definition.Options.Capacity is not null, cancellationToken);
    }

    /// <summary>Adds a follow-up of another queue's message, which is never refused.</summary>
    public async Task AddFollowUpAsync(QueueMessage message) =>
        _ = await AddAsync([message], isBounded: false, CancellationToken.None).ConfigureAwait(false);

    /// <summary>A message as the scripts take it: the message, its due time, and its deduplication key with its tenant.</summary>
    public static void AppendMessage(List<RedisValue> arguments, QueueMessage message)
    {
        arguments.Add(QueueEntryFormat.Write(message));
        arguments.Add(
            message.NotBefore is { } time ? $"a{(time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}"
            : message.Delay > TimeSpan.Zero ? $"d{message.Delay.Ticks / TimeSpan.TicksPerMicrosecond}"
            : "");
        arguments.Add(message.DeduplicationKey is { } key ? $"{message.Tenant}\0{key}" : "");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IReadOnlyList<EnqueueResult>> AddAsync(IReadOnlyList<QueueMessage> messages, bool isBounded, CancellationToken cancellationToken)
    {
        if (!isBounded && messages.Count == 1 && IsPlain(messages))
        {
            return [await _enqueuing.RunAsync(messages[0]).ConfigureAwait(false)];
        }

        var sent = WithoutRepeats(messages);
        var ticket = isBounded && Definition.Options.WhenFull == QueueFullMode.Wait ? Text(QueueMessage.NewId().ToByteArray()) : "";
        var arguments = isBounded || !IsPlain(sent) ? GeneralArguments(sent, isBounded, ticket) : BatchArguments(sent);
        var waited = false;
        try
        {
            while (true)
            {
                var pulse = ticket.Length == 0 ? null : await _signals.ListenAsync(forRoom: true, cancellationToken).ConfigureAwait(false);
                var reply = (RedisResult[])(await RunAsync(RedisQueueScripts.Enqueue, "queue enqueue", arguments).ConfigureAwait(false))!;
                switch ((int)reply[0])
                {
                    case Full:
                        throw new QueueFullException(Definition.Name, Definition.Options.Capacity!.Value);
                    case Waits:
                        waited = true;
                        await pulse!.WaitAsync(RedisQueueSignals.Poll, _connection.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        cancellationToken.ThrowIfCancellationRequested();
                        break;
                    default:
                        return Results(messages, sent, reply);
                }
            }
        }
        finally
        {
            // However the wait ended: what others have added meanwhile may have made duplicates of all, for which no room was taken.
            if (waited)
            {
                await LeaveAsync(ticket).ConfigureAwait(false);
            }
        }
    }

    private static IReadOnlyList<QueueMessage> WithoutRepeats(IReadOnlyList<QueueMessage> messages)
    {
        if (messages.Count == 1)
        {
            return messages;
        }

        var seen = new HashSet<Guid>(messages.Count);
        for (var i = 0; i < messages.Count; i++)
        {
            if (!seen.Add(messages[i].Id))
            {
                return [.. messages.DistinctBy(static message => message.Id)];
            }
        }

        return messages;
    }

    private static bool IsPlain(IReadOnlyList<QueueMessage> messages)
    {
        var first = messages[0];
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (message.OrderingKey is not null || message.DeduplicationKey is not null || message.Delay > TimeSpan.Zero || message.NotBefore is not null
                || message.Priority != first.Priority || !string.Equals(message.Tenant, first.Tenant, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What is the same for a call and its repeat, and for no other: the ids of its messages.</summary>
    private static string Token(IReadOnlyList<QueueMessage> messages)
    {
        if (messages.Count == 1)
        {
            return Token(messages[0]);
        }

        var ids = new byte[messages.Count * IdLength];
        for (var i = 0; i < messages.Count; i++)
        {
            messages[i].Id.TryWriteBytes(ids.AsSpan(i * IdLength));
        }

        return Text(SHA256.HashData(ids).AsSpan(0, IdLength));
    }

    private static string Token(QueueMessage message)
    {
        Span<byte> id = stackalloc byte[IdLength];
        message.Id.TryWriteBytes(id);
        return Text(id);
    }

    // A part of a key's name, which people and tools want to read.
    private static string Text(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    private RedisValue[] BatchArguments(IReadOnlyList<QueueMessage> messages)
    {
        const int Fixed = 5;
        var arguments = new RedisValue[Fixed + messages.Count];
        arguments[0] = "b";
        arguments[1] = RepeatMilliseconds;
        arguments[2] = _channel;
        arguments[3] = Token(messages);
        arguments[4] = Place(messages[0]);
        for (var i = 0; i < messages.Count; i++)
        {
            arguments[Fixed + i] = QueueEntryFormat.Write(messages[i]);
        }

        return arguments;
    }

    /// <summary>Adds plain messages, each of which is a call of its own.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IReadOnlyList<EnqueueResult>> AddSinglesAsync(IReadOnlyList<QueueMessage> messages)
    {
        const int Fixed = 3;
        var arguments = new RedisValue[Fixed + (3 * messages.Count)];
        arguments[0] = "s";
        arguments[1] = RepeatMilliseconds;
        arguments[2] = _channel;
        for (var i = 0; i < messages.Count; i++)
        {
            arguments[Fixed + (3 * i)] = Token(messages[i]);
            arguments[Fixed + (3 * i) + 1] = Place(messages[i]);
            arguments[Fixed + (3 * i) + 2] = QueueEntryFormat.Write(messages[i]);
        }

        var reply = (RedisResult[])(await RunAsync(RedisQueueScripts.Enqueue, "queue enqueue", arguments).ConfigureAwait(false))!;
        var results = new EnqueueResult[messages.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = new EnqueueResult(messages[i].Id, IsDuplicate: false);
        }

        for (var i = 1; i < reply.Length; i++)
        {
            var index = (int)reply[i] - 1;
            results[index] = results[index] with { IsDuplicate = true };
        }

        return results;
    }

    private static string Place(QueueMessage message) => $"{message.Priority}:{message.Tenant}";

    private RedisValue[] GeneralArguments(IReadOnlyList<QueueMessage> messages, bool isBounded, string ticket)
    {
        var options = Definition.Options;
        var arguments = new List<RedisValue>(10 + (3 * messages.Count))
        {
            "g",
            RepeatMilliseconds,
            _channel,
            Token(messages),
            isBounded ? options.Capacity!.Value : "",
            ticket,
            (long)TicketTime.TotalMilliseconds,
            (long)options.DeduplicationWindow.TotalMilliseconds,
            _maxDeliveries,
            _blocks,
        };
        foreach (var message in messages)
        {
            AppendMessage(arguments, message);
        }

        return [.. arguments];
    }

    private static EnqueueResult[] Results(IReadOnlyList<QueueMessage> messages, IReadOnlyList<QueueMessage> sent, RedisResult[] reply)
    {
        var results = new EnqueueResult[messages.Count];
        if (ReferenceEquals(messages, sent) && reply.Length == 1)
        {
            var isRepeat = (int)reply[0] == Repeat;
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = new EnqueueResult(messages[i].Id, isRepeat);
            }

            return results;
        }

        // Of a message that the batch held twice, the first stands for what became of it.
        var duplicates = new Dictionary<Guid, Guid>();
        for (var i = 1; i < reply.Length; i += 2)
        {
            duplicates[sent[(int)reply[i] - 1].Id] = new Guid((byte[])reply[i + 1]!, bigEndian: true);
        }

        var seen = new HashSet<Guid>();
        for (var i = 0; i < results.Length; i++)
        {
            var id = messages[i].Id;
            var isFirst = seen.Add(id);
            results[i] = duplicates.TryGetValue(id, out var original)
                ? new EnqueueResult(original, IsDuplicate: true)
                : new EnqueueResult(id, IsDuplicate: !isFirst || (int)reply[0] == Repeat);
        }

        return results;
    }

    private async Task LeaveAsync(string ticket)
    {
        try
        {
            await RunAsync(RedisQueueScripts.Leave, "queue enqueue", [_channel, ticket]).ConfigureAwait(false);
        }
        catch (Backends.BackendUnavailableException)
        {
            // The ticket runs out by itself.
        }
    }
}
