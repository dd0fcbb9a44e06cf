using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Queues;

internal sealed partial class RedisQueue
{
    /// <summary>How many lost receives are remembered; what an older one has leased comes again when its lease runs out.</summary>
    private const int MostLost = 32;

    private static readonly TimeSpan ShortestNap = TimeSpan.FromMilliseconds(1);

    private static readonly MessageSchema UnreadableSchema = new("unreadable", 1, "application/octet-stream");

    private readonly ConcurrentQueue<byte[]> _lost = new();
    private readonly SemaphoreSlim _turn = new(1, 1);

    public ValueTask<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckReceive(maxMessages, lease, wait);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<IReadOnlyList<ReceivedMessage>>(cancellationToken)
            : wait == TimeSpan.Zero ? TakeAsync(maxMessages, lease) : WaitAsync(maxMessages, lease, wait, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IReadOnlyList<ReceivedMessage>> TakeAsync(int maxMessages, TimeSpan lease)
    {
        if (maxMessages > 1)
        {
            return (await AskAsync(maxMessages, lease, waitTime: "").ConfigureAwait(false)).Messages;
        }

        var (message, failure) = await _receiving.RunAsync(lease).ConfigureAwait(false);
        failure?.Throw();
        return message is null ? [] : [message];
    }

    /// <summary>Takes a message for each of several receives, the first of which get what there is.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IReadOnlyList<TakenMessage>> TakeSinglesAsync(IReadOnlyList<TimeSpan> leases)
    {
        if (leases.Count == 1)
        {
            return [new((await AskAsync(1, leases[0], waitTime: "").ConfigureAwait(false)).Messages is [var message] ? message : null)];
        }

        var taken = new TakenMessage[leases.Count];
        foreach (var callers in Enumerable.Range(0, leases.Count).GroupBy(caller => leases[caller]))
        {
            int[] line = [.. callers];
            try
            {
                var messages = (await AskAsync(line.Length, callers.Key, waitTime: "").ConfigureAwait(false)).Messages;
                for (var i = 0; i < messages.Count; i++)
                {
                    taken[line[i]] = new(messages[i]);
                }
            }
            catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException)
            {
                // Of these callers alone: what others have leased by now is theirs.
                var failure = ExceptionDispatchInfo.Capture(exception);
                Array.ForEach(line, caller => taken[caller] = new(Message: null, failure));
            }
        }

        return taken;
    }

    /// <summary>
    /// Those of this process who wait stand in a line, and only the first asks: whatever comes, they are served in their order, and an idle process asks once.
    /// </summary>
    private async ValueTask<IReadOnlyList<ReceivedMessage>> WaitAsync(int maxMessages, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = _connection.Time.GetTimestamp();
        if (!await _turn.WaitAsync(0, CancellationToken.None).ConfigureAwait(false))
        {
            var messages = await TakeAsync(maxMessages, lease).ConfigureAwait(false);
            if (messages.Count > 0 || !await TakeTurnAsync(Left(wait, started), cancellationToken).ConfigureAwait(false))
            {
                return messages;
            }
        }

        _provider.CountWaiter(1);
        try
        {
            return await AskUntilAsync(maxMessages, lease, wait, started, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _provider.CountWaiter(-1);
            _turn.Release();
        }
    }

    private async Task<bool> TakeTurnAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(patience, _connection.Time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await _turn.WaitAsync(giveUp.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    private async ValueTask<IReadOnlyList<ReceivedMessage>> AskUntilAsync(
        int maxMessages, TimeSpan lease, TimeSpan wait, long started, CancellationToken cancellationToken)
    {
        while (true)
        {
            // What is published after this is noticed, however the question that follows is answered.
            var told = await _signals.ListenAsync(forRoom: false, cancellationToken).ConfigureAwait(false);
            var answer = await AskAsync(maxMessages, lease, (long)(_provider.Poll + RedisQueueSignals.Poll).TotalMilliseconds).ConfigureAwait(false);
            var left = Left(wait, started);
            if (answer.Messages.Count > 0 || left == TimeSpan.Zero)
            {
                return answer.Messages;
            }

            var nap = TimeSpan.FromTicks(Math.Max(ShortestNap.Ticks, Math.Min(_provider.Poll.Ticks, answer.Next.Ticks)));
            var isLast = left != Timeout.InfiniteTimeSpan && left <= nap;
            await told.WaitAsync(isLast ? left : nap, _connection.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (isLast && !told.IsCompleted)
            {
                return [];
            }
        }
    }

    /// <summary>What is left of a wait, zero at least; infinite if it is.</summary>
    private TimeSpan Left(TimeSpan wait, long started)
    {
        if (wait == Timeout.InfiniteTimeSpan)
        {
            return wait;
        }

        var left = wait - _connection.Time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<QueueAnswer> AskAsync(int maxMessages, TimeSpan lease, RedisValue waitTime)
    {
        var nonce = QueueReceiptBytes.NewNonce();
        var nonceBytes = QueueReceiptBytes.WriteNonce(nonce);
        var lost = _lost.IsEmpty ? [] : _lost.ToArray();
        RedisResult reply;
        try
        {
            reply = await RunAsync(RedisQueueScripts.Receive, "queue receive", ReceiveArguments(maxMessages, lease, nonceBytes, waitTime, lost)).ConfigureAwait(false);
        }
        catch (BackendUnavailableException)
        {
            // It may have leased messages all the same; the next receive gives them back, and most likely gets them.
            if (_lost.Count < MostLost)
            {
                _lost.Enqueue(nonceBytes);
            }

            throw;
        }

        for (var i = 0; i < lost.Length; i++)
        {
            _lost.TryDequeue(out _);
        }

        return Read((RedisResult[])reply!, nonce);
    }

    private RedisValue[] ReceiveArguments(int maxMessages, TimeSpan lease, byte[] nonce, RedisValue waitTime, byte[][] lost)
    {
        const int Fixed = 8;
        var weights = Definition.Options.TenantWeights;
        var arguments = new RedisValue[Fixed + (2 * weights.Count) + lost.Length];
        arguments[0] = maxMessages;
        arguments[1] = lease.Ticks / TimeSpan.TicksPerMicrosecond;
        arguments[2] = nonce;
        arguments[3] = waitTime;
        arguments[4] = _channel;
        arguments[5] = _maxDeliveries;
        arguments[6] = _blocks;
        arguments[7] = weights.Count;
        var next = Fixed;
        if (weights.Count > 0)
        {
            foreach (var (tenant, weight) in weights)
            {
                arguments[next++] = tenant;
                arguments[next++] = weight;
            }
        }

        for (var i = 0; i < lost.Length; i++)
        {
            arguments[next + i] = lost[i];
        }

        return arguments;
    }

    private QueueAnswer Read(RedisResult[] reply, long nonce)
    {
        if (reply.Length == 1)
        {
            var next = (long)reply[0];
            return new QueueAnswer([], next < 0 ? TimeSpan.MaxValue : TimeSpan.FromTicks(next * TimeSpan.TicksPerMicrosecond));
        }

        var header = (byte[])reply[0]!;
        var token = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(sizeof(long)));
        var messages = new ReceivedMessage[reply.Length - 1];
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = ReadMessage((byte[])reply[i + 1]!, token + i, nonce);
        }

        return new QueueAnswer(messages, TimeSpan.Zero);
    }

    private ReceivedMessage ReadMessage(byte[] bytes, long token, long nonce)
    {
        if (!QueueEntryFormat.TryRead(bytes, out var entry))
        {
            return Unreadable(bytes, token, nonce);
        }

        return new ReceivedMessage(entry.Message, token, entry.EnqueuedAt, QueueReceiptBytes.MakeLocator(nonce, entry.Message.OrderingKey is not null, _shard))
        {
            Deliveries = entry.Deliveries + 1,
            Failures = entry.Failures,
            Crashes = entry.Crashes,
            MaxDeliveries = entry.Message.MaxDeliveries ?? Definition.Options.MaxDeliveries,
            Checkpoint = entry.Checkpoint,
        };
    }

    /// <summary>What this version cannot read is delivered as what it is, so that its consumer makes it a dead letter.</summary>
    private ReceivedMessage Unreadable(byte[] bytes, long token, long nonce) =>
        new(new QueueMessage(bytes) { Id = QueueEntryFormat.ReadId(bytes), Schema = UnreadableSchema }, token, DateTimeOffset.UnixEpoch, QueueReceiptBytes.MakeLocator(nonce, isKeyed: false, _shard))
        {
            Deliveries = 1,
            Failures = 0,
            Crashes = 0,
            MaxDeliveries = Definition.Options.MaxDeliveries,
        };
}
