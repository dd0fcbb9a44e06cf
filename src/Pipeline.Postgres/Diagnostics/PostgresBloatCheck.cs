using System.Globalization;

namespace Pipeline.Diagnostics;

/// <summary>Whether vacuum keeps up with the suite's tables.</summary>
internal sealed class PostgresBloatCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "bloat")
{
    /// <summary>Fewer dead rows are cleared away in moments, however few live ones there are.</summary>
    public const long Many = 100_000;

    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var backend = target.Connection.Backend;
        var bloated = (await PostgresTableFacts.ReadAsync(target, cancellationToken).ConfigureAwait(false)).Where(static one => one.Dead >= Many && one.Dead > one.Live).ToArray();
        foreach (var table in bloated)
        {
            var vacuumed = table.Vacuumed is { } at ? string.Create(CultureInfo.InvariantCulture, $"last vacuumed at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC") : "never vacuumed";
            findings.Warn(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The table {table.Name} of {backend} has {table.Dead:N0} dead rows beside {table.Live:N0} live ones, and was {vacuumed}: vacuum does not keep up."),
                $"See postgres.transactions and postgres.autovacuum; then run VACUUM {target.Connection.SchemaName}.{table.Name}, and give autovacuum more: autovacuum_vacuum_cost_limit, autovacuum_max_workers.");
        }

        if (bloated.Length == 0)
        {
            findings.Note($"Vacuum keeps up with the tables of {backend}.");
        }
    }
}
