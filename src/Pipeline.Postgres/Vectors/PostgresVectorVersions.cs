using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>
/// Which version answers a call. A process remembers the versions that it has met, and each statement tells whether what it was made for still holds: so a call is
/// one statement, and two more after a switch. Thread safe.
/// </summary>
internal sealed class PostgresVectorVersions(PostgresConnection connection, PostgresVectorSupport support)
{
    private const int MostAttempts = 20;

    private readonly ConcurrentDictionary<(string Collection, int? Version), KnownVectorVersion> _known = new();
    private readonly VectorStatements _statements = new(connection);

    /// <summary>Asks the server for a version.</summary>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist.</exception>
    public async ValueTask<KnownVectorVersion> AskAsync(string collection, int? version, CancellationToken cancellationToken)
    {
        var (hasCollection, found) = await connection.QueryAsync(
            "vector find version",
            connection.Sql["Vectors/resolve.sql"],
            (Collection: collection, Version: version),
            static (parameters, call) => parameters.Text(call.Collection).Int(call.Version),
            static async (reader, _, deadline) =>
                !await reader.ReadAsync(deadline).ConfigureAwait(false) ? (false, null)
                : (true, await reader.IsDBNullAsync(0, deadline).ConfigureAwait(false) ? null : VectorVersionReader.Read(reader)),
            cancellationToken).ConfigureAwait(false);
        if (found is not null)
        {
            return Remember(collection, version, found);
        }

        Forget(collection, version);
        throw hasCollection ? VectorCollectionException.NoVersion(collection, version) : VectorCollectionException.NoCollection(collection, version);
    }

    /// <summary>Sends a call to the version that is to answer it.</summary>
    /// <exception cref="ArgumentException">The version cannot answer such a call.</exception>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist.</exception>
    public async ValueTask<T> CallAsync<T>(VectorCall<T> call, CancellationToken cancellationToken)
    {
        var scope = call.Scope;
        for (var attempt = 1; ; attempt++)
        {
            var version = await FindAsync(call, cancellationToken).ConfigureAwait(false);
            var sql = await support.GetAsync(cancellationToken).ConfigureAwait(false);
            if (version.IsIndexed && !sql.CanIndex(version.Definition.Distance, version.Definition.Dimension))
            {
                // The extension came after it was asked for.
                sql = await support.AskAsync(cancellationToken).ConfigureAwait(false);
                version = version with { IsIndexed = sql.CanIndex(version.Definition.Distance, version.Definition.Dimension) };
            }

            var answer = await SendAsync(call, version, sql, isLast: attempt == MostAttempts, cancellationToken).ConfigureAwait(false);
            if (answer is null)
            {
                await support.AskAsync(cancellationToken).ConfigureAwait(false);
                Forget(scope.Collection, scope.Version);
            }
            else if (answer.Value.State is { } state && (scope.Version is not null || state == VectorVersionState.Live || attempt == MostAttempts))
            {
                if (answer.Value.IsIndexed != version.IsIndexed)
                {
                    Forget(scope.Collection, scope.Version);
                }

                return answer.Value.Value;
            }
            else
            {
                Forget(scope.Collection, scope.Version);
            }
        }
    }

    public void Forget(string collection, int? version)
    {
        if (_known.TryRemove((collection, version), out var known))
        {
            _statements.Forget(known.Id);
        }
    }

    /// <summary>Notes a version that a call gave.</summary>
    public KnownVectorVersion Remember(string collection, int? version, KnownVectorVersion known)
    {
        _known[(collection, version)] = known;
        return known;
    }

    private async ValueTask<KnownVectorVersion> FindAsync<T>(VectorCall<T> call, CancellationToken cancellationToken)
    {
        var scope = call.Scope;
        if (_known.TryGetValue((scope.Collection, scope.Version), out var known))
        {
            try
            {
                call.Check(known.Definition);
                return known;
            }
            catch (ArgumentException) when (scope.Version is null)
            {
                // By the definition of a version that may have been replaced.
            }
        }

        var asked = await AskAsync(scope.Collection, scope.Version, cancellationToken).ConfigureAwait(false);
        call.Check(asked.Definition);
        return asked;
    }

    /// <returns>The answer; null where what the statement names is not in the database any more.</returns>
    private ValueTask<VectorCallAnswer<T>?> SendAsync<T>(
        VectorCall<T> call, KnownVectorVersion version, PostgresVectorSql sql, bool isLast, CancellationToken cancellationToken) =>
        connection.CallAsync(
            call.Operation,
            connection.CommandTimeout + call.Extra,
            (Call: call, Version: version, Text: call.GetSql(_statements, version, sql), IsLast: isLast),
            static async (database, sent, deadline) =>
            {
                try
                {
                    return await RunAsync(database, sent.Call, sent.Version, sent.Text, deadline).ConfigureAwait(false);
                }
                catch (PostgresException exception) when (!sent.IsLast && IsOfVanished(exception.SqlState))
                {
                    return (VectorCallAnswer<T>?)null;
                }
            },
            cancellationToken);

    private static async ValueTask<VectorCallAnswer<T>?> RunAsync<T>(
        NpgsqlConnection database, VectorCall<T> call, KnownVectorVersion version, string text, CancellationToken deadline)
    {
        var command = PostgresConnection.Command(database, text);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Text(call.Scope.Tenant);
            call.Bind(command.Parameters, version);
            var reader = await command.ExecuteReaderAsync(deadline).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (!await reader.ReadAsync(deadline).ConfigureAwait(false))
                {
                    return new VectorCallAnswer<T>(State: null, IsIndexed: false, default!);
                }

                var (state, isIndexed) = ((VectorVersionState)reader.GetInt16(0), reader.GetBoolean(1));
                return new VectorCallAnswer<T>(state, isIndexed, await call.ReadAsync(reader, version, deadline).ConfigureAwait(false));
            }
        }
    }

    // pgvector was dropped (its types and operators), or the version's partition, between the statement's snapshot and its row.
    private static bool IsOfVanished(string state) => state
        is PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.CheckViolation or PostgresErrorCodes.UndefinedTable;
}
