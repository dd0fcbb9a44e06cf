namespace Pipeline.Diagnostics;

/// <summary>Whether dead rows are cleared away by themselves.</summary>
internal sealed class PostgresAutovacuumCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "autovacuum")
{
    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var facts = await PostgresFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false);
        if (!facts.Is("autovacuum") || !facts.Is("track_counts"))
        {
            findings.Fail(
                $"Autovacuum is off on {facts.Name}: tables grow without end, and in time the server takes no writes.",
                "Run ALTER SYSTEM SET autovacuum = on; ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf().");
            return;
        }

        var neglected = (await PostgresTableFacts.ReadAsync(target, cancellationToken).ConfigureAwait(false)).Where(static one => one.IsNeglected).Select(static one => one.Name).ToArray();
        if (neglected.Length > 0)
        {
            findings.Fail(
                $"Autovacuum is off for {string.Join(", ", neglected)} in the schema '{target.Connection.SchemaName}' of {facts.Name}.",
                string.Join(" ", neglected.Select(table => $"Run ALTER TABLE {target.Connection.SchemaName}.{table} RESET (autovacuum_enabled).")));
        }
        else
        {
            findings.Note($"Autovacuum is on on {facts.Name}.");
        }
    }
}
