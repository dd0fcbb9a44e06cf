namespace Pipeline.Diagnostics;

/// <summary>Whether notifications come through, as they do not behind a pooler in transaction mode.</summary>
internal sealed class PostgresNotificationsCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "notifications", PostgresDoctorTarget.Listeners)
{
    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        if (await target.Connection.Notifications.TryAsync(cancellationToken).ConfigureAwait(false))
        {
            findings.Note($"Notifications of {target.Connection.Backend} come through.");
        }
        else
        {
            findings.Warn(
                $"Notifications of {target.Connection.Backend} do not come through, as behind a pooler in transaction mode: what waits for them looks every 5 seconds.",
                "Set NotificationConnectionString to a connection string that leads to the server itself.");
        }
    }
}
