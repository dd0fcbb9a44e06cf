using System.Transactions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pipeline.Backends;

/// <summary>
/// The suite's way to one PostgreSQL database: the connections, a deadline for every call, and the one place where the client's exceptions are
/// turned into the suite's. Thread safe.
/// </summary>
internal sealed class PostgresConnection : IAsyncDisposable
{
    private const int MostAttempts = 5;

    private readonly PostgresSource _source;
    private readonly PostgresMigrator _migrator;
    private readonly ILogger _logger;
    private volatile bool _isDisposed;

    /// <param name="source">Where connections come from.</param>
    /// <param name="options">How the database is used.</param>
    /// <param name="suite">The suite's name; empty for the main one.</param>
    /// <param name="time">The clock of the deadlines.</param>
    /// <param name="logger">Takes what goes wrong.</param>
    public PostgresConnection(PostgresSource source, PostgresOptions options, string suite, TimeProvider time, ILogger<PostgresConnection> logger)
    {
        new PostgresOptionsValidator().ThrowIfInvalid("Postgres", options);
        _source = source;
        _logger = logger;
        Time = time;
        CommandTimeout = options.CommandTimeout;
        Backend = $"Postgres at {source.Address}";
        SchemaName = PostgresSchema.NameFor(options.Schema, suite);
        Sql = new PostgresSql(PostgresSchema.Quote(SchemaName));
        _migrator = new PostgresMigrator(this, options.MigrateOnStart, logger);
        Notifications = new PostgresNotifications(this, options.NotificationConnectionString, logger);
    }

    /// <summary>What errors and logs call the server: its address and database, without credentials.</summary>
    public string Backend { get; }

    /// <summary>How many connections this process opens at most; null where it pools none.</summary>
    public int? MaxPoolSize => _source.MaxPoolSize;

    /// <summary>Whether statements are prepared by themselves, which a pooler in transaction mode does not bear.</summary>
    public bool Prepares => _source.Prepares;

    public TimeProvider Time { get; }

    /// <summary>How long one call may take.</summary>
    public TimeSpan CommandTimeout { get; }

    /// <summary>The schema's name, not quoted.</summary>
    public string SchemaName { get; }

    /// <summary>The statements, for this schema.</summary>
    public PostgresSql Sql { get; }

    /// <summary>What the server tells without being asked.</summary>
    public PostgresNotifications Notifications { get; }

    /// <summary>Creates or verifies the schema, once. Every call waits for it.</summary>
    /// <exception cref="BackendUnavailableException">The server does not answer.</exception>
    /// <exception cref="BackendRefusedException">The schema cannot be used, or a right is missing.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => _migrator.PrepareAsync(cancellationToken);

    /// <summary>Reads which version the schema has, and makes nothing.</summary>
    /// <returns>The version; null where the schema is not there.</returns>
    /// <exception cref="BackendUnavailableException">The server does not answer.</exception>
    /// <exception cref="BackendRefusedException">A right is missing.</exception>
    public Task<int?> ReadSchemaVersionAsync(CancellationToken cancellationToken) => _migrator.ReadVersionAsync(cancellationToken);

    /// <summary>Finds out whether a pooler stands before the server: it gives its clients a process id of its own.</summary>
    /// <exception cref="BackendUnavailableException">The server does not answer.</exception>
    public ValueTask<bool> IsPooledAsync(CancellationToken cancellationToken) => CallUnpreparedAsync(
        "pooler",
        CommandTimeout,
        Sql["Backends/session.sql"],
        static async (database, sql, deadline) =>
        {
            var command = Command(database, sql);
            await using (command.ConfigureAwait(false))
            {
                return await command.ExecuteScalarAsync(deadline).ConfigureAwait(false) is int process && process != database.ProcessID;
            }
        },
        cancellationToken);

    /// <summary>Runs one statement and reads its rows.</summary>
    /// <param name="operation">What errors call it, for instance <c>queue receive</c>.</param>
    /// <param name="sql">The statement, one of <see cref="Sql"/>.</param>
    /// <param name="state">What it needs, so that no closure is made for it.</param>
    /// <param name="bind">Adds the parameters, by position. Called again where the server undid the statement.</param>
    /// <param name="read">Reads the rows.</param>
    /// <param name="cancellationToken">Gives up waiting. The statement may run all the same.</param>
    /// <exception cref="BackendUnavailableException">There was no answer in time, or the server cannot serve now.</exception>
    /// <exception cref="BackendRefusedException">The server does not accept the statement.</exception>
    public ValueTask<T> QueryAsync<TState, T>(
        string operation,
        string sql,
        TState state,
        Action<NpgsqlParameterCollection, TState> bind,
        Func<NpgsqlDataReader, TState, CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken = default) =>
        CallAsync(
            operation,
            (sql, state, bind, read),
            static async (connection, call, deadline) =>
            {
                var command = Command(connection, call.sql);
                await using (command.ConfigureAwait(false))
                {
                    call.bind(command.Parameters, call.state);
                    var reader = await command.ExecuteReaderAsync(deadline).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        return await call.read(reader, call.state, deadline).ConfigureAwait(false);
                    }
                }
            },
            cancellationToken);

    /// <summary>Runs one statement that gives no rows.</summary>
    /// <returns>How many rows it touched.</returns>
    public ValueTask<int> ExecuteAsync<TState>(
        string operation, string sql, TState state, Action<NpgsqlParameterCollection, TState> bind, CancellationToken cancellationToken = default) =>
        CallAsync(
            operation,
            (sql, state, bind),
            static async (connection, call, deadline) =>
            {
                var command = Command(connection, call.sql);
                await using (command.ConfigureAwait(false))
                {
                    call.bind(command.Parameters, call.state);
                    return await command.ExecuteNonQueryAsync(deadline).ConfigureAwait(false);
                }
            },
            cancellationToken);

    /// <summary>Makes a command without a time-out of its own: the call has one.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, NpgsqlTransaction? transaction = null) =>
        new(sql, connection, transaction) { CommandTimeout = 0 };

    /// <summary>Does something with a connection: whole transactions, copies.</summary>
    /// <param name="operation">What errors call it.</param>
    /// <param name="state">What it needs.</param>
    /// <param name="work">What to do, by the deadline. Called again where the server undid the transaction.</param>
    /// <param name="cancellationToken">Gives up waiting. What was sent may be done all the same.</param>
    /// <exception cref="BackendUnavailableException">There was no answer in time, or the server cannot serve now.</exception>
    /// <exception cref="BackendRefusedException">The server does not accept a statement.</exception>
    public ValueTask<T> CallAsync<TState, T>(
        string operation, TState state, Func<NpgsqlConnection, TState, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken = default) =>
        CallAsync(operation, CommandTimeout, state, work, cancellationToken);

    /// <summary>Does something that may take longer than a call.</summary>
    public async ValueTask<T> CallAsync<TState, T>(
        string operation,
        TimeSpan timeout,
        TState state,
        Func<NpgsqlConnection, TState, CancellationToken, ValueTask<T>> work,
        CancellationToken cancellationToken = default)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        return await CallUnpreparedAsync(operation, timeout, state, work, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does something that needs no schema.</summary>
    public async ValueTask<T> CallUnpreparedAsync<TState, T>(
        string operation,
        TimeSpan timeout,
        TState state,
        Func<NpgsqlConnection, TState, CancellationToken, ValueTask<T>> work,
        CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();

        // The caller's token is not the statement's: to cancel that takes a connection more, and leaves open what was done.
        var running = RunAsync(operation, timeout, state, work);
        try
        {
            return await running.WaitAsync(timeout, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            Forget(running);
            throw new BackendUnavailableException(Backend, operation, "no answer in time");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Forget(running);
            throw;
        }
    }

    /// <summary>Opens a connection. The suite's statements never join an ambient transaction.</summary>
    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (Transaction.Current is null)
        {
            return await _source.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }

        using var apart = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        return await _source.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Turns what the client threw into what the suite throws.</summary>
    public Exception Translate(Exception exception, string operation) => Failed(exception, operation).ToException(Backend, operation);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await Notifications.DisposeAsync().ConfigureAwait(false);
        _migrator.Dispose();
        if (_source.IsOwned)
        {
            await _source.DataSource.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Forget(Task task) =>
        _ = task.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private async Task<T> RunAsync<TState, T>(
        string operation, TimeSpan timeout, TState state, Func<NpgsqlConnection, TState, CancellationToken, ValueTask<T>> work)
    {
        using var deadline = new CallDeadline(timeout, Time);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = await OpenAsync(deadline.Token).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    return await work(connection, state, deadline.Token).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (PostgresFailure.IsOfClient(exception))
            {
                var failure = Failed(exception, operation);
                if (failure.Kind != PostgresFailureKind.Undone || attempt == MostAttempts || deadline.Token.IsCancellationRequested)
                {
                    throw failure.ToException(Backend, operation);
                }
            }
        }
    }

    private PostgresFailure Failed(Exception exception, string operation)
    {
        Log.PostgresReplied(_logger, Backend, operation, exception.Message);
        return PostgresFailure.Of(exception);
    }
}
