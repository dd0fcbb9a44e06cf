namespace Pipeline.Diagnostics;

/// <summary>Whether a pooler stands before the server while statements are prepared automatically.</summary>
internal sealed class PostgresPoolerCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "pooler")
{
    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var connection = target.Connection;
        if (!await connection.IsPooledAsync(cancellationToken).ConfigureAwait(false))
        {
            findings.Note($"No pooler stands before {connection.Backend}.");
        }
        else if (connection.Prepares)
        {
            findings.Warn(
                $"A pooler stands before {connection.Backend}, and statements are prepared automatically: where it gives a client no session of its own and does not keep prepared statements, one statement may run in another's place.",
                "Add 'Max Auto Prepare=0;No Reset On Close=true' to the connection string; or leave the check out where the pooler is in session mode or keeps prepared statements (PgBouncer 1.21: max_prepared_statements).");
        }
        else
        {
            findings.Note($"A pooler stands before {connection.Backend}, and no statement is prepared automatically.");
        }
    }
}
