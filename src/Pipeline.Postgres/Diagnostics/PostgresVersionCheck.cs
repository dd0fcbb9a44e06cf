namespace Pipeline.Diagnostics;

/// <summary>Whether the servers know all that the statements use.</summary>
internal sealed class PostgresVersionCheck(PostgresDoctorTargets targets, long least = 14) : PostgresCheck(targets, "version")
{
    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var facts = await PostgresFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false);
        var summary = $"{facts.Name} is version {facts.Text("server_version")}.";
        if (facts.Number("server_version_num") < least * 10_000)
        {
            findings.Fail(summary, $"Move to PostgreSQL {least} or later.");
        }
        else
        {
            findings.Note(summary);
        }
    }
}
