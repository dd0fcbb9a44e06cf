using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

internal sealed partial class PostgresQueue
{
    /// <summary>How many lost receives are remembered; what an older one has leased comes again when its lease runs out.</summary>
    private const int MostLost = 32;

    private static readonly TimeSpan ShortestNap = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentQueue<long> _lost = new();
    private readonly SemaphoreSlim _turn = new(1, 1);

    public ValueTask<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckReceive(maxMessages, lease, wait);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<IReadOnlyList<ReceivedMessage>>(cancellationToken)
            : wait == TimeSpan.Zero ? TakeAsync(maxMessages, lease) : WaitAsync(maxMessages, lease, wait, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<ReceivedMessage>> TakeAsync(int maxMessages, TimeSpan lease)
    {
        if (maxMessages > 1)
        {
            return (await AskAsync(maxMessages, lease).ConfigureAwait(false)).Messages;
        }

        var (message, failure) = await _receiving.RunAsync(lease).ConfigureAwait(false);
        failure?.Throw();
        return message is null ? [] : [message];
    }

    /// <summary>Takes a message for each of several receives, the first of which get what there is.</summary>
    private async ValueTask<IReadOnlyList<TakenMessage>> TakeSinglesAsync(IReadOnlyList<TimeSpan> leases)
    {
        var taken = new TakenMessage[leases.Count];
        foreach (var callers in Enumerable.Range(0, leases.Count).GroupBy(caller => leases[caller]))
        {
            int[] line = [.. callers];
            try
            {
                var messages = (await AskAsync(line.Length, callers.Key).ConfigureAwait(false)).Messages;
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

        try
        {
            var id = await GetIdAsync().ConfigureAwait(false);
            _provider.Signals.CountWaiter(id, 1);
            try
            {
                return await AskUntilAsync(maxMessages, lease, wait, started, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _provider.Signals.CountWaiter(id, -1);
            }
        }
        finally
        {
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
            // What is told after this is noticed, however the question that follows is answered.
            var told = await _provider.Signals.ListenAsync(_id, forRoom: false, cancellationToken).ConfigureAwait(false);
            var answer = await AskAsync(maxMessages, lease).ConfigureAwait(false);
            var left = Left(wait, started);
            if (answer.Messages.Count > 0 || left == TimeSpan.Zero)
            {
                return answer.Messages;
            }

            var nap = answer.Next > ShortestNap ? answer.Next : ShortestNap;
            var isLast = left != Timeout.InfiniteTimeSpan && left <= nap;
            await told.WaitAsync(isLast ? left : nap == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : nap, _connection.Time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    private async ValueTask<QueueAnswer> AskAsync(int maxMessages, TimeSpan lease)
    {
        if (_lost.IsEmpty && _pace.TryGetFloor(out var lane, out var floor))
        {
            var some = await AskFromAsync(maxMessages, lease, lane, floor).ConfigureAwait(false);
            if (some.Count > 0)
            {
                return new QueueAnswer(some, TimeSpan.Zero);
            }
        }

        return await AskWholeWayAsync(maxMessages, lease).ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<ReceivedMessage>> AskFromAsync(int maxMessages, TimeSpan lease, int lane, long floor)
    {
        var nonce = Random.Shared.NextInt64();
        var rows = await RememberIfLostAsync(nonce, CallAsync(
            "queue receive",
            "receive-from",
            (Queue: _id, maxMessages, Lease: lease.Ticks / TimeSpan.TicksPerMicrosecond, nonce, lane, floor),
            static (parameters, call) => parameters.Int(call.Queue).Int(call.maxMessages).Long(call.Lease).Long(call.nonce).Int(call.lane).Long(call.floor),
            static (reader, _, deadline) => ReadRowsAsync(reader, deadline))).ConfigureAwait(false);
        var own = rows.Messages.FindAll(row => row.Lane == lane);
        _pace.Note(rows.Messages.Count, maxMessages, own.Count == 0 ? 0 : lane, own.Count == 0 ? 0 : own.Min(static row => row.Seq));
        return await ToMessagesAsync(rows.Messages).ConfigureAwait(false);
    }

    private async ValueTask<QueueAnswer> AskWholeWayAsync(int maxMessages, TimeSpan lease)
    {
        var weights = Definition.Options.TenantWeights;
        int[] weighted = [];
        if (weights.Count > 0)
        {
            weighted = await _tenants.NumbersAsync(await GetIdAsync().ConfigureAwait(false), [.. weights.Keys]).ConfigureAwait(false);
        }

        var started = _connection.Time.GetTimestamp();
        var nonce = Random.Shared.NextInt64();
        long[] lost = _lost.IsEmpty ? [] : [.. _lost];
        var rows = await RememberIfLostAsync(nonce, CallAsync(
            "queue receive",
            "receive",
            (Owner: this, maxMessages, Lease: lease.Ticks / TimeSpan.TicksPerMicrosecond, nonce, lost, weighted, Tidies: _pace.TakeTidying()),
            static (parameters, call) => parameters
                .Int(call.Owner._id).Int(call.maxMessages).Long(call.Lease).Long(call.nonce).Longs(call.lost).Int(call.Owner.MaxDeliveries).Bool(call.Owner.Blocks)
                .Ints(call.weighted).Ints([.. call.Owner.Definition.Options.TenantWeights.Values]).Bool(call.Tidies),
            static (reader, _, deadline) => ReadRowsAsync(reader, deadline))).ConfigureAwait(false);
        for (var i = 0; i < lost.Length; i++)
        {
            _lost.TryDequeue(out _);
        }

        var messages = rows.Messages;
        (int Lane, long Seq)? place = messages.Count > 0 && rows.Tenants.Length == 1 && messages.TrueForAll(row => row.Lane == messages[0].Lane)
            ? (messages[0].Lane, messages.Min(static row => row.Seq))
            : null;
        _pace.NoteWholeWay(messages.Count, place, started);
        return new QueueAnswer(await ToMessagesAsync(messages).ConfigureAwait(false), rows.Next);
    }

    private async ValueTask<LeasedRows> RememberIfLostAsync(long nonce, ValueTask<LeasedRows> asking)
    {
        try
        {
            return await asking.ConfigureAwait(false);
        }
        catch (BackendUnavailableException)
        {
            // It may have leased messages all the same; the next receive gives them back, and most likely gets them.
            if (_lost.Count < MostLost)
            {
                _lost.Enqueue(nonce);
            }

            throw;
        }
    }

    private static async ValueTask<LeasedRows> ReadRowsAsync(NpgsqlDataReader reader, CancellationToken deadline)
    {
        const int Tenants = 13;
        const int Next = 14;
        var rows = new LeasedRows([], [], TimeSpan.MaxValue);
        while (await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            if (rows.Tenants.Length == 0 && !await reader.IsDBNullAsync(Tenants, deadline).ConfigureAwait(false))
            {
                rows = rows with { Tenants = await reader.GetFieldValueAsync<int[]>(Tenants, deadline).ConfigureAwait(false) };
            }

            if (!await reader.IsDBNullAsync(0, deadline).ConfigureAwait(false))
            {
                rows.Messages.Add(await LeasedRow.ReadAsync(reader, deadline).ConfigureAwait(false));
            }
            else if (!await reader.IsDBNullAsync(Next, deadline).ConfigureAwait(false))
            {
                rows = rows with { Next = TimeSpan.FromMicroseconds(Math.Max(0, reader.GetInt64(Next))) };
            }
        }

        rows.Messages.Sort(static (one, other) => one.Order.CompareTo(other.Order));
        return rows;
    }

    private async ValueTask<IReadOnlyList<ReceivedMessage>> ToMessagesAsync(List<LeasedRow> rows)
    {
        var messages = new ReceivedMessage[rows.Count];
        foreach (var receive in rows.CountBy(static row => row.Token))
        {
            _open.Begin(receive.Key, receive.Value);
        }

        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = rows[i].ToMessage(await TenantNameAsync(MessageColumns.TenantOf(rows[i].Lane)).ConfigureAwait(false), MaxDeliveries);
        }

        return messages;
    }

    private sealed record LeasedRows(List<LeasedRow> Messages, int[] Tenants, TimeSpan Next);
}
