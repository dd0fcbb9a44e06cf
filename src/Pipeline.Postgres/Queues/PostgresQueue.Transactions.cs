using System.Data.Common;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The calls within the caller's own transaction. Nobody is told before it commits: that is <see cref="WakeAsync"/>, or the beat.</summary>
internal sealed partial class PostgresQueue
{
    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<QueueMessage> messages, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckMessages(messages, Definition);
        var callers = CallersTransaction.Check(transaction, _connection);
        cancellationToken.ThrowIfCancellationRequested();

        // Numbers are found outside the transaction: a tenant's, made within, would let others wait for it.
        await GetIdAsync().ConfigureAwait(false);
        var sent = WithoutRepeats(messages);
        var columns = new MessageColumns(sent, await _tenants.NumbersAsync(_id, sent).ConfigureAwait(false));
        var answer = Definition.Options.Capacity is null && MessageColumns.ArePlain(messages)
            ? await AddPlainAsync([Token(sent)], sent.Count, columns, (operation, sql, state, bind, read, _) => callers.QueryAsync(operation, sql, state, bind, read, cancellationToken)).ConfigureAwait(false)
            : await AskToAddAsync(
                new AnyEnqueue(this, Token(sent), columns, Ticket: null),
                (operation, sql, state, bind, read, _) => callers.QueryAsync(operation, sql, state, bind, read, cancellationToken)).ConfigureAwait(false);
        return answer.Results(messages, sent);
    }

    public async ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        IReadOnlyList<QueueCompletion> completions, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(completions);
        var callers = CallersTransaction.Check(transaction, _connection);
        cancellationToken.ThrowIfCancellationRequested();
        await GetIdAsync().ConfigureAwait(false);
        var followUps = await FollowUpColumns.MakeAsync(_provider, completions).ConfigureAwait(false);
        var call = new CompletionCall(_id, PostgresReceipts.Of(completions, static completion => completion.Receipt), Finished: [], followUps);
        var lost = await callers.QueryAsync(
            "queue complete", _connection.Sql["Queues/complete-with.sql"], call, static (parameters, call) => call.Bind(parameters), ReadIndexesAsync, cancellationToken).ConfigureAwait(false);
        return [.. lost.Select(index => completions[index - 1].Receipt)];
    }

    public async ValueTask WakeAsync(CancellationToken cancellationToken = default)
    {
        await GetIdAsync().ConfigureAwait(false);
        _pace.ForgetFloor();
        await _provider.Signals.TellAsync(_id, isRoom: false).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds or makes the number of a message's tenant.</summary>
    public async ValueTask<int> TenantNumberAsync(QueueMessage message) => (await _tenants.NumbersAsync(_id, [message]).ConfigureAwait(false))[0];
}
