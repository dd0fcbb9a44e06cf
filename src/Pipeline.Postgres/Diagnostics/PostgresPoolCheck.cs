namespace Pipeline.Diagnostics;

/// <summary>How many connections this process may take of those that the server gives. How many processes there are is not known.</summary>
internal sealed class PostgresPoolCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "pool")
{
    private const double Much = 0.5;
    private const double NearlyAll = 0.9;

    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        // How many sessions a pooler takes is its own affair.
        if (await target.Connection.IsPooledAsync(cancellationToken).ConfigureAwait(false))
        {
            findings.Note($"A pooler shares the sessions of {target.Connection.Backend} out.");
            return;
        }

        var facts = await PostgresFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false);
        var given = Given(facts);
        if (facts.Number("sessions") is { } used && used > NearlyAll * given)
        {
            findings.Warn($"{facts.Name} has {used} sessions open of the {given} that it gives.", "Lower Maximum Pool Size in the processes, raise max_connections, or put a pooler in between.");
        }

        var pool = target.Connection.MaxPoolSize;
        if (pool is null)
        {
            findings.Warn($"The connections to {facts.Name} are not pooled: each call opens one.", "Remove Pooling=false from the connection string.");
        }
        else if (pool > Much * given)
        {
            findings.Warn(
                $"This process may open {pool} connections to {facts.Name}, which gives {given}: two of its kind may need more than there are.",
                $"Set Maximum Pool Size so that it fits as often as there are processes, for instance {Math.Max(4, given / 10)}; or raise max_connections, or put a pooler in between.");
        }
        else
        {
            findings.Note($"This process may open {pool} connections to {facts.Name}, which gives {given}.");
        }
    }

    // Limits of the database and of the role count too, where they are set.
    private static long Given(PostgresFacts facts) =>
        new[] { facts.Number("max_connections") - facts.Number("reserved_connections"), facts.Number("database_connections"), facts.Number("role_connections") }
            .Where(static limit => limit >= 0)
            .Min() ?? 0;
}
