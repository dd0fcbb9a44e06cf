using System.Security.Cryptography;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

internal sealed partial class PostgresQueue
{
    /// <summary>How long a producer that waits for room keeps its place without a word.</summary>
    private static readonly TimeSpan TicketTime = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LookForRoom = TimeSpan.FromSeconds(5);

    private const int IdLength = 16;
    private const int Full = 0;
    private const int Repeat = 2;
    private const int Waits = 3;

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckMessages(messages, Definition);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<IReadOnlyList<EnqueueResult>>(cancellationToken)
            : AddAsync(messages, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<EnqueueResult>> AddAsync(IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken)
    {
        var isPlain = Definition.Options.Capacity is null && MessageColumns.ArePlain(messages);
        if (isPlain && messages.Count == 1)
        {
            return [await _enqueuing.RunAsync(messages[0]).ConfigureAwait(false)];
        }

        await GetIdAsync().ConfigureAwait(false);
        var sent = WithoutRepeats(messages);
        var columns = new MessageColumns(sent, await _tenants.NumbersAsync(_id, sent).ConfigureAwait(false));
        var answer = isPlain
            ? await AddPlainAsync([Token(sent)], sent.Count, columns, _connection.QueryAsync<PlainEnqueue, int[]>).ConfigureAwait(false)
            : await AddAnyAsync(sent, columns, cancellationToken).ConfigureAwait(false);
        TellOfMessages();
        return answer.Results(messages, sent);
    }

    /// <summary>Adds plain messages, each of which is a call of its own.</summary>
    private async ValueTask<IReadOnlyList<EnqueueResult>> AddSinglesAsync(IReadOnlyList<QueueMessage> messages)
    {
        await GetIdAsync().ConfigureAwait(false);
        var columns = new MessageColumns(messages, await _tenants.NumbersAsync(_id, messages).ConfigureAwait(false));
        Guid[] tokens = [.. messages.Select(static message => message.Id)];
        var answer = await AddPlainAsync(tokens, messages.Count, columns, _connection.QueryAsync<PlainEnqueue, int[]>).ConfigureAwait(false);
        TellOfMessages();
        var results = new EnqueueResult[messages.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = new EnqueueResult(messages[i].Id, answer.Repeats.Contains(i + 1));
        }

        return results;
    }

    private async ValueTask<EnqueueAnswer> AddPlainAsync(Guid[] tokens, int count, MessageColumns columns, EnqueueQuery<PlainEnqueue, int[]> query)
    {
        ObjectDisposedException.ThrowIf(_provider.IsDisposed, _provider);
        var repeats = await query(
            "queue enqueue",
            _connection.Sql["Queues/add.sql"],
            new PlainEnqueue(_id, tokens, columns),
            static (parameters, call) => call.Columns.BindPlain(parameters.Int(call.Queue).Ids(call.Tokens)),
            ReadIndexesAsync,
            CancellationToken.None).ConfigureAwait(false);
        return new EnqueueAnswer(tokens.Length == 1 && repeats.Length == count && count > 0 ? Repeat : 1, repeats, [], [], IsFreed: false);
    }

    private async ValueTask<EnqueueAnswer> AddAnyAsync(IReadOnlyList<QueueMessage> messages, MessageColumns columns, CancellationToken cancellationToken)
    {
        Guid? ticket = ProducersWait ? QueueMessage.NewId() : null;
        var call = new AnyEnqueue(this, Token(messages), columns, ticket);
        var waited = false;
        try
        {
            while (true)
            {
                var room = ticket is null ? null : await _provider.Signals.ListenAsync(_id, forRoom: true, cancellationToken).ConfigureAwait(false);
                var answer = await AskToAddAsync(call, _connection.QueryAsync<AnyEnqueue, EnqueueAnswer>).ConfigureAwait(false);
                if (answer.Status != Waits)
                {
                    waited = waited && answer.Status != 1;
                    return answer;
                }

                waited = true;
                await room!.WaitAsync(LookForRoom, _connection.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // However the wait ended: what others have added meanwhile may have made duplicates of all, for which no room was taken.
            if (waited)
            {
                await LeaveAsync(ticket!.Value).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<EnqueueAnswer> AskToAddAsync(AnyEnqueue call, EnqueueQuery<AnyEnqueue, EnqueueAnswer> query)
    {
        ObjectDisposedException.ThrowIf(_provider.IsDisposed, _provider);
        var answer = await query("queue enqueue", _connection.Sql["Queues/add-any.sql"], call, static (parameters, call) => call.Bind(parameters), EnqueueAnswer.ReadAsync, CancellationToken.None)
            .ConfigureAwait(false);
        if (answer.IsFreed)
        {
            _provider.Signals.Tell(_id, isRoom: true);
        }

        return answer.Status == Full ? throw new QueueFullException(Definition.Name, Definition.Options.Capacity!.Value) : answer;
    }

    private async Task LeaveAsync(Guid ticket)
    {
        try
        {
            var anotherWaits = await CallAsync(
                "queue enqueue",
                "leave",
                (Queue: _id, ticket),
                static (parameters, call) => parameters.Int(call.Queue).Id(call.ticket),
                static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) && reader.GetBoolean(0)).ConfigureAwait(false);
            if (anotherWaits)
            {
                _provider.Signals.Tell(_id, isRoom: true);
            }
        }
        catch (BackendUnavailableException)
        {
            // The ticket runs out by itself.
        }
    }

    private static IReadOnlyList<QueueMessage> WithoutRepeats(IReadOnlyList<QueueMessage> messages)
    {
        if (messages.Count == 1)
        {
            return messages;
        }

        IReadOnlyList<QueueMessage> distinct = [.. messages.DistinctBy(static message => message.Id)];
        return distinct.Count == messages.Count ? messages : distinct;
    }

    /// <summary>What is the same for a call and its repeat, and for no other: the ids of its messages.</summary>
    private static Guid Token(IReadOnlyList<QueueMessage> messages)
    {
        if (messages.Count == 1)
        {
            return messages[0].Id;
        }

        var ids = new byte[messages.Count * IdLength];
        for (var i = 0; i < messages.Count; i++)
        {
            messages[i].Id.TryWriteBytes(ids.AsSpan(i * IdLength));
        }

        return new Guid(SHA256.HashData(ids).AsSpan(0, IdLength));
    }

    /// <summary>Runs a statement that adds: over a connection of the suite's, or within the caller's transaction.</summary>
    private delegate ValueTask<T> EnqueueQuery<TState, T>(
        string operation,
        string sql,
        TState state,
        Action<NpgsqlParameterCollection, TState> bind,
        Func<NpgsqlDataReader, TState, CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken);

    private sealed record PlainEnqueue(int Queue, Guid[] Tokens, MessageColumns Columns);

    private sealed record AnyEnqueue(PostgresQueue Owner, Guid Token, MessageColumns Columns, Guid? Ticket)
    {
        public NpgsqlParameterCollection Bind(NpgsqlParameterCollection parameters)
        {
            var options = Owner.Definition.Options;
            return Columns.Bind(parameters.Int(Owner._id).Id(Token))
                .Long((long)options.DeduplicationWindow.TotalMicroseconds).Long(options.Capacity).Id(Ticket).Long((long)TicketTime.TotalMicroseconds)
                .Int(Owner.MaxDeliveries).Bool(Owner.Blocks);
        }
    }
}
