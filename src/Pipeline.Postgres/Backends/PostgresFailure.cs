using System.Net.Sockets;
using Npgsql;

namespace Pipeline.Backends;

/// <summary>What became of a call that failed. The one place that reads the client's exceptions, whose messages hold values and never go further.</summary>
/// <param name="Kind">What it means for the caller.</param>
/// <param name="Reason">Why, in a few words of ours.</param>
/// <param name="Mend">For a refusal: what to do about it.</param>
internal readonly record struct PostgresFailure(PostgresFailureKind Kind, string Reason, string Mend = "")
{
    private const string CheckSchema = "Start with MigrateOnStart, or run the script of PostgresSchema.CreateScript, with a role that may.";

    /// <summary>Whether it is the client's way to say that a call failed; anything else is a mistake of ours or the caller's.</summary>
    public static bool IsOfClient(Exception exception) => exception
        is NpgsqlException or TimeoutException or OperationCanceledException or SocketException or IOException or ObjectDisposedException;

    public static PostgresFailure Of(Exception exception) => exception switch
    {
        PostgresException server => OfState(server),
        NpgsqlException { InnerException: TimeoutException } pool when pool.Message.Contains("pool", StringComparison.OrdinalIgnoreCase) =>
            Unavailable("no connection of the pool came free in time; raise Maximum Pool Size"),
        TimeoutException or OperationCanceledException or NpgsqlException { InnerException: TimeoutException } => Unavailable("no answer in time"),
        NpgsqlException { InnerException: SocketException } or SocketException => Unavailable("no connection"),
        ObjectDisposedException => Unavailable("the connection is closed"),
        _ => Unavailable("the connection failed"),
    };

    /// <summary>Makes the exception that leaves this package.</summary>
    public Exception ToException(string backend, string operation) => Kind == PostgresFailureKind.Refused
        ? new BackendRefusedException(backend, operation, Reason, Mend)
        : new BackendUnavailableException(backend, operation, Reason);

    private static PostgresFailure Unavailable(string reason) => new(PostgresFailureKind.Unavailable, reason);

    private static PostgresFailure OfState(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.SerializationFailure => new(PostgresFailureKind.Undone, "the transaction met others again and again"),
        PostgresErrorCodes.DeadlockDetected => new(PostgresFailureKind.Undone, "the transaction deadlocked again and again"),

        // A prepared statement of before a migration; the client prepares it anew.
        PostgresErrorCodes.FeatureNotSupported when exception.MessageText.Contains("cached plan", StringComparison.Ordinal) => new(PostgresFailureKind.Undone, "the schema changed"),

        // The only tables of ours that it is said of are not logged; the routine's name is in no language.
        PostgresErrorCodes.FeatureNotSupported when string.Equals(exception.Routine, "get_relation_info", StringComparison.Ordinal) =>
            Unavailable("the server is a standby, which has no tables that are not logged"),
        PostgresErrorCodes.QueryCanceled => Unavailable("the statement was cut off (statement_timeout, or no answer in time)"),
        PostgresErrorCodes.LockNotAvailable => Unavailable("a lock was not to be had in time (lock_timeout)"),
        PostgresErrorCodes.ReadOnlySqlTransaction => Unavailable("the server takes no writes (a standby, or default_transaction_read_only)"),
        PostgresErrorCodes.DiskFull => Unavailable("the server's disk is full"),
        PostgresErrorCodes.OutOfMemory => Unavailable("the server is out of memory"),
        PostgresErrorCodes.TooManyConnections => Unavailable("the server has no connection left (max_connections)"),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => Unavailable("the server is starting or stopping"),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Unavailable("the login failed; check the user's name and password"),
        PostgresErrorCodes.InvalidCatalogName => new(PostgresFailureKind.Refused, "the database does not exist", "Create it, or correct the connection string."),
        PostgresErrorCodes.InsufficientPrivilege => new(PostgresFailureKind.Refused, "the role lacks a right", "Grant it what docs/postgres.md lists."),
        PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction =>
            new(PostgresFailureKind.Refused, "the suite's schema is not there, or is another version's", CheckSchema),
        _ when IsOfPooledStatement(exception) => new(
            PostgresFailureKind.Refused,
            "a prepared statement was not there, as behind a pooler in transaction mode",
            "Add 'Max Auto Prepare=0;No Reset On Close=true' to the connection string, or let the pooler keep prepared statements."),
        _ when IsOfClass(exception, "08") => Unavailable("the connection failed"),
        _ when IsOfClass(exception, "53") || IsOfClass(exception, "57") || IsOfClass(exception, "58") => Unavailable($"the server lacks a resource (SQLSTATE {exception.SqlState})"),
        _ => new(
            PostgresFailureKind.Refused, $"the server replied an error (SQLSTATE {exception.SqlState})", "Turn on Trace logging for Pipeline.Backends to see the reply."),
    };

    // The name may be taken, unknown, or stand for another client's statement with other parameters.
    private static bool IsOfPooledStatement(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement
        || (exception.SqlState is PostgresErrorCodes.ProtocolViolation && exception.MessageText.Contains("_auto", StringComparison.Ordinal));

    private static bool IsOfClass(PostgresException exception, string stateClass) => exception.SqlState.StartsWith(stateClass, StringComparison.Ordinal);
}
