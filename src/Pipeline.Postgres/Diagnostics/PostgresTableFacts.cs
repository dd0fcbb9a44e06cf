using System.Collections.Frozen;
using Npgsql;
using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>What a server tells of one thing in the suite's schema: a table, a sequence, a view or a function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Missing">The rights on it that the role lacks; empty if none.</param>
/// <param name="IsNeglected">Whether its autovacuum is turned off.</param>
/// <param name="Live">How many rows it has, about.</param>
/// <param name="Dead">How many dead rows it has, about.</param>
/// <param name="Vacuumed">When it was last vacuumed; null if never.</param>
internal sealed record PostgresTableFacts(string Name, string Missing, bool IsNeglected, long Live, long Dead, DateTimeOffset? Vacuumed)
{
    private static readonly FrozenDictionary<string, PipelineRoles> Rooms = new Dictionary<string, PipelineRoles>(StringComparer.Ordinal)
    {
        ["cache"] = PipelineRoles.Cache,
        ["hnsw"] = PipelineRoles.Vectors | PipelineRoles.Learning,
        ["learning"] = PipelineRoles.Learning,
        ["limit"] = PipelineRoles.RateLimiting,
        ["limiter"] = PipelineRoles.RateLimiting,
        ["queue"] = PipelineRoles.Queues,
        ["schema"] = PipelineRoles.All,
        ["state"] = PipelineRoles.State,
        ["telemetry"] = PipelineRoles.Telemetry,
        ["vector"] = PipelineRoles.Vectors | PipelineRoles.Learning,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The roles that use it, by the first word of its name; none if nobody knows it.</summary>
    public PipelineRoles Roles => Rooms.GetValueOrDefault(Name.Split('_')[0]) is var known and not PipelineRoles.None
        ? known
        : Rooms.GetValueOrDefault(Name.Split('_')[0].TrimEnd('s'));

    /// <summary>Asks for all that the roles of a target use. Neither needs nor makes the schema.</summary>
    /// <exception cref="BackendUnavailableException">The server does not answer.</exception>
    /// <exception cref="BackendRefusedException">It does not tell.</exception>
    public static async ValueTask<IReadOnlyList<PostgresTableFacts>> ReadAsync(PostgresDoctorTarget target, CancellationToken cancellationToken)
    {
        var all = await target.Connection.CallUnpreparedAsync(
            "doctor", target.Connection.CommandTimeout, target.Connection, QueryAsync, cancellationToken).ConfigureAwait(false);
        return [.. all.Where(one => target.Has(one.Roles))];
    }

    private static async ValueTask<List<PostgresTableFacts>> QueryAsync(NpgsqlConnection database, PostgresConnection connection, CancellationToken deadline)
    {
        var found = new List<PostgresTableFacts>();
        var command = PostgresConnection.Command(database, connection.Sql["Diagnostics/tables.sql"]);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Text(connection.SchemaName);
            var reader = await command.ExecuteReaderAsync(deadline).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(deadline).ConfigureAwait(false))
                {
                    DateTimeOffset? vacuumed = reader.IsDBNull(5) ? null : DateTimeOffset.UnixEpoch.AddMicroseconds(reader.GetInt64(5));
                    found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetInt64(3), reader.GetInt64(4), vacuumed));
                }
            }
        }

        return found;
    }
}
