using Pipeline.Backends;

namespace Pipeline.Diagnostics;

/// <summary>Whether each server answers and takes writes, and why not.</summary>
internal sealed class PostgresReachableCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "reachable")
{
    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var facts = await PostgresFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false);
        if (facts.Is("is_standby"))
        {
            findings.Fail(
                $"{facts.Name} is a standby, which takes no writes.",
                "Name all servers in the connection string, and add Target Session Attributes=primary: 'Host=a,b;Target Session Attributes=primary;…'.");
        }
        else if (facts.Is("read_only"))
        {
            findings.Fail($"{facts.Name} takes no writes: default_transaction_read_only is on.", "Run ALTER DATABASE … SET default_transaction_read_only = off, or the same for the role.");
        }
        else
        {
            findings.Note($"{facts.Name} answers.");
        }
    }

    protected override void OnUnavailable(BackendUnavailableException exception, DoctorFindings findings) => findings.Fail(
        $"{exception.Backend} does not answer{(exception.Reason is null ? "" : $": {exception.Reason}")}.",
        "Start it, or correct the address, the user and the password; see that pg_hba.conf and the network let this machine through to it.");

    protected override void OnRefused(BackendRefusedException exception, DoctorFindings findings) =>
        findings.Fail(exception.Message, "Correct the connection string.");
}
