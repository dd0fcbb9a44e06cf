using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>Telemetry on PostgreSQL. A batch is one <c>COPY</c>, and so one transaction. Thread safe.</summary>
internal sealed partial class PostgresTelemetryStore : ITelemetryStore, ITelemetryReader, ITelemetryErasure
{
    private const string WriteOperation = "telemetry write";

    // Each time others have written some of the same records meanwhile.
    private const int MostCopies = 10;

    // Several batches of the usual size.
    private const int MostSpareBytes = 4 * 1024 * 1024;

    private readonly PostgresConnection _connection;
    private readonly TelemetryUpkeep _upkeep;
    private readonly TimeSpan _reportTimeout;
    private readonly ILogger _logger;
    private readonly string _copy;
    private TelemetryCopyBatch? _spare;

    public PostgresTelemetryStore(PostgresConnection connection, PostgresTelemetryOptions options, ILogger<PostgresTelemetryStore> logger)
    {
        (_connection, _logger) = (connection, logger);
        _reportTimeout = options.ReportTimeout;
        _upkeep = new TelemetryUpkeep(connection, options.Retention, logger);
        _copy = connection.Sql["Telemetry/copy.sql"];
    }

    public string Name => "postgres";

    public async ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var batch = Interlocked.Exchange(ref _spare, null) ?? new TelemetryCopyBatch();
        batch.Take(records);
        await _upkeep.RunIfDueAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var writing = _connection.CallAsync(WriteOperation, (Store: this, Batch: batch), WriteAsync, cancellationToken);

            // Unless the copy has done so: a call that is given up goes on, when the records are the caller's again.
            batch.Write();
            await writing.ConfigureAwait(false);
        }
        catch (BackendRefusedException refusal)
        {
            // No record is at fault, so none is to be dropped: they wait until a right is granted or a table restored.
            throw new BackendUnavailableException(_connection.Backend, WriteOperation, "it is refused whatever the records", refusal);
        }

        // Only now: a call that was given up may still read from it.
        _spare = batch.Copy.Length <= MostSpareBytes ? batch : null;
    }

    public async ValueTask<long> ForgetTenantAsync(string tenant, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tenant);
        return await _connection.CallAsync(
            "telemetry erase",
            _reportTimeout,
            (Sql: _connection.Sql["Telemetry/erase.sql"], Tenant: tenant),
            static async (connection, call, deadline) =>
            {
                var command = PostgresConnection.Command(connection, call.Sql);
                await using (command.ConfigureAwait(false))
                {
                    command.Parameters.Text(call.Tenant);
                    return (long)await command.ExecuteNonQueryAsync(deadline).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<bool> WriteAsync(NpgsqlConnection connection, (PostgresTelemetryStore Store, TelemetryCopyBatch Batch) call, CancellationToken deadline)
    {
        var (store, batch) = call;
        for (var copies = 1; batch.Count > 0; copies++)
        {
            try
            {
                await store.CopyAsync(connection, batch, deadline).ConfigureAwait(false);
                return true;
            }
            catch (PostgresException exception) when (IsKnownId(exception) && copies < MostCopies)
            {
                batch.Remove(await store.FindKnownAsync(connection, batch, deadline).ConfigureAwait(false));
            }
            catch (PostgresException exception) when (IsAboutValues(exception))
            {
                // Not the reply itself: it holds the values.
                throw new TelemetryBatchRefusedException($"The server refuses a value of a record (SQLSTATE {exception.SqlState}).");
            }
        }

        return true;
    }

    private static bool IsKnownId(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.UniqueViolation && exception.ConstraintName?.EndsWith("_pkey", StringComparison.Ordinal) == true;

    // A text that the database's encoding does not have, a constraint of somebody else's.
    private static bool IsAboutValues(PostgresException exception) =>
        !IsKnownId(exception)
        && (exception.SqlState.StartsWith("22", StringComparison.Ordinal) || exception.SqlState.StartsWith("23", StringComparison.Ordinal));

    private async Task CopyAsync(NpgsqlConnection connection, TelemetryCopyBatch batch, CancellationToken deadline)
    {
        var beginning = connection.BeginRawBinaryCopyAsync(_copy, deadline);

        // While the server gets ready.
        batch.Write();
        var stream = await beginning.ConfigureAwait(false);

        // What ends the copy takes no token.
        stream.ReadTimeout = (int)_connection.CommandTimeout.TotalMilliseconds;
        try
        {
            await stream.WriteAsync(batch.Copy, deadline).ConfigureAwait(false);
        }
        catch
        {
            await CancelAsync(stream).ConfigureAwait(false);
            throw;
        }

        await stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends a copy that failed, so that nothing of it is written.</summary>
    private static async Task CancelAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (PostgresFailure.IsOfClient(exception))
        {
            // The connection is gone, and the copy with it.
        }
    }

    private async Task<HashSet<Guid>> FindKnownAsync(NpgsqlConnection connection, TelemetryCopyBatch batch, CancellationToken deadline)
    {
        var command = PostgresConnection.Command(connection, _connection.Sql["Telemetry/known.sql"]);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Ints(batch.Days).Ids(batch.Ids);
            var reader = await command.ExecuteReaderAsync(deadline).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var known = new HashSet<Guid>();
                while (await reader.ReadAsync(deadline).ConfigureAwait(false))
                {
                    known.Add(reader.GetGuid(0));
                }

                return known;
            }
        }
    }
}
