namespace Pipeline.Diagnostics;

/// <summary>What a server or machine that dies loses of what it acknowledged.</summary>
internal sealed class PostgresDurabilityCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "durability", PostgresDoctorTarget.Keepers)
{
    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var facts = await PostgresFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false);
        var (isSynced, isWhole, waits) = (facts.Is("fsync"), facts.Is("full_page_writes"), facts.Text("synchronous_commit") is not "off");
        if (!isSynced)
        {
            findings.Warn($"fsync is off on {facts.Name}: a machine that dies may take the whole database with it.", "Run ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf().");
        }

        if (!isWhole)
        {
            findings.Warn(
                $"full_page_writes is off on {facts.Name}: a machine that dies may leave pages half written.", "Run ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf().");
        }

        if (!waits)
        {
            findings.Warn(
                $"synchronous_commit is off on {facts.Name}: a server that dies takes what it acknowledged in the last moments with it.",
                "Run ALTER DATABASE <database> SET synchronous_commit = on, or the same for the role; or leave the check out where that loss can be borne.");
        }

        if (isSynced && isWhole && waits)
        {
            findings.Note($"{facts.Name} has on disk what it acknowledges.");
        }
    }
}
