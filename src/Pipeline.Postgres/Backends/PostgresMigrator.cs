using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pipeline.Backends;

/// <summary>Creates or verifies the schema before the first call. Thread safe.</summary>
internal sealed class PostgresMigrator(PostgresConnection connection, bool migrates, ILogger logger) : IDisposable
{
    // Another process may be at it, with data to rewrite.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _isPrepared;

    public Task PrepareAsync(CancellationToken cancellationToken) => _isPrepared ? Task.CompletedTask : PrepareOnceAsync(cancellationToken);

    public async Task<int?> ReadVersionAsync(CancellationToken cancellationToken) => await connection.CallUnpreparedAsync(
        "schema version",
        connection.CommandTimeout,
        connection.Sql["Backends/read-version.sql"],
        static async (database, sql, deadline) =>
        {
            var command = PostgresConnection.Command(database, sql);
            await using (command.ConfigureAwait(false))
            {
                try
                {
                    return await command.ExecuteScalarAsync(deadline).ConfigureAwait(false) as int?;
                }
                catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
                {
                    return null;
                }
            }
        },
        cancellationToken).ConfigureAwait(false);

    public void Dispose() => _gate.Dispose();

    private async Task PrepareOnceAsync(CancellationToken cancellationToken)
    {
        if (!await _gate.WaitAsync(Patience, cancellationToken).ConfigureAwait(false))
        {
            throw new BackendUnavailableException(connection.Backend, "schema", "the schema was not prepared in time");
        }

        try
        {
            if (!_isPrepared)
            {
                await WarnOfPoolerAsync(cancellationToken).ConfigureAwait(false);
                await PrepareSchemaAsync(cancellationToken).ConfigureAwait(false);
                _isPrepared = true;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    // Behind a pooler a session is somebody else's the next moment, and a name of a prepared statement may stand for another statement there.
    private async Task WarnOfPoolerAsync(CancellationToken cancellationToken)
    {
        if (connection.Prepares && await connection.IsPooledAsync(cancellationToken).ConfigureAwait(false))
        {
            Log.PostgresPreparesBehindPooler(logger, connection.Backend);
        }
    }

    private async Task PrepareSchemaAsync(CancellationToken cancellationToken)
    {
        var version = await ReadVersionAsync(cancellationToken).ConfigureAwait(false);
        if (version > PostgresSchema.Version)
        {
            throw Refuse(
                $"the schema '{connection.SchemaName}' has version {version}, newer than {PostgresSchema.Version}, which this package knows",
                "Update the Pipeline packages of this application.");
        }

        if (version == PostgresSchema.Version)
        {
            return;
        }

        if (!migrates)
        {
            throw Refuse(
                version is null ? $"the schema '{connection.SchemaName}' is not there" : $"the schema '{connection.SchemaName}' has version {version}, older than {PostgresSchema.Version}",
                "Run the script of PostgresSchema.CreateScript, or set MigrateOnStart.");
        }

        await connection.CallUnpreparedAsync(
            "schema migration",
            Patience,
            PostgresSchema.CreateScript(connection.SchemaName),
            static async (database, script, deadline) =>
            {
                var command = PostgresConnection.Command(database, script);
                await using (command.ConfigureAwait(false))
                {
                    return await command.ExecuteNonQueryAsync(deadline).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        Log.PostgresSchemaMigrated(logger, connection.Backend, connection.SchemaName, PostgresSchema.Version);
    }

    private BackendRefusedException Refuse(string problem, string mend) => new(connection.Backend, "start", problem, mend);
}
