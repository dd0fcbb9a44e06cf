using Pipeline.Backends;

namespace Pipeline.Diagnostics;

/// <summary>Whether the schema is there, and of the version that this package works with.</summary>
internal sealed class PostgresSchemaCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "schema")
{
    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var connection = target.Connection;
        var version = await connection.ReadSchemaVersionAsync(cancellationToken).ConfigureAwait(false);
        var schema = $"The schema '{connection.SchemaName}' of {connection.Backend}";
        if (version == PostgresSchema.Version)
        {
            findings.Note($"{schema} has version {version}.");
        }
        else if (version > PostgresSchema.Version)
        {
            findings.Fail($"{schema} has version {version}, newer than {PostgresSchema.Version}, which this package knows.", "Update the Pipeline packages of this application.");
        }
        else
        {
            var summary = version is null ? $"{schema} is not there." : $"{schema} has version {version}, older than {PostgresSchema.Version}.";
            if (target.Migrates)
            {
                findings.Note($"{summary} The start brings it to {PostgresSchema.Version}.");
            }
            else
            {
                findings.Fail(summary, $"Run the script of PostgresSchema.CreateScript(\"{connection.SchemaName}\"), or set MigrateOnStart.");
            }
        }
    }
}
