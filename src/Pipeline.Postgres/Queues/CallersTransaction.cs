using System.Data.Common;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The caller's own transaction, in which a statement runs: once, since what failed there has failed the transaction.</summary>
internal sealed class CallersTransaction
{
    private readonly NpgsqlTransaction _transaction;
    private readonly NpgsqlConnection _open;
    private readonly PostgresConnection _connection;

    private CallersTransaction(NpgsqlTransaction transaction, NpgsqlConnection open, PostgresConnection connection)
    {
        _transaction = transaction;
        _open = open;
        _connection = connection;
    }

    /// <exception cref="ArgumentException">It is not Npgsql's, or has ended.</exception>
    public static CallersTransaction Check(DbTransaction transaction, PostgresConnection connection)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction is not NpgsqlTransaction npgsql)
        {
            throw new ArgumentException(
                $"The transaction is a {transaction.GetType().Name}, not Npgsql's. Give the NpgsqlTransaction, or EF Core's GetDbTransaction() of a context on Npgsql.", nameof(transaction));
        }

        try
        {
            // One that has ended says so here only.
            _ = npgsql.IsolationLevel;
            if (npgsql.Connection is { } open)
            {
                return new CallersTransaction(npgsql, open, connection);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or ObjectDisposedException)
        {
            // The same as to have none.
        }

        throw new ArgumentException("The transaction has ended. Give one that is still open.", nameof(transaction));
    }

    public async ValueTask<T> QueryAsync<TState, T>(
        string operation,
        string sql,
        TState state,
        Action<NpgsqlParameterCollection, TState> bind,
        Func<NpgsqlDataReader, TState, CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken)
    {
        try
        {
            var command = PostgresConnection.Command(_open, sql, _transaction);
            await using (command.ConfigureAwait(false))
            {
                command.CommandTimeout = (int)Math.Ceiling(_connection.CommandTimeout.TotalSeconds);
                bind(command.Parameters, state);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    return await read(reader, state, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (PostgresFailure.IsOfClient(exception) && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw _connection.Translate(exception, operation);
        }
    }
}
