using System.Globalization;

namespace Pipeline.Diagnostics;

/// <summary>How far the server's clock, by which leases, delays and limits go, is from this process's, by which people set times.</summary>
internal sealed class PostgresClockCheck(PostgresDoctorTargets targets, TimeProvider time) : PostgresCheck(targets, "clock")
{
    public static readonly TimeSpan Much = TimeSpan.FromSeconds(5);

    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        var facts = await PostgresFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false);
        var after = time.GetUtcNow();
        var server = DateTimeOffset.UnixEpoch.AddMicroseconds(facts.Number("clock")!.Value);

        // Somewhere between the question and the answer the server looked at its clock.
        var difference = server < before ? before - server : server > after ? server - after : TimeSpan.Zero;
        var summary = string.Create(CultureInfo.InvariantCulture, $"The clock of {facts.Name} and this process's are {difference.TotalSeconds:0.###} seconds apart.");
        if (difference > Much)
        {
            findings.Warn(summary, "Set both by NTP: leases, delays and limits go by the server's clock, a message's NotBefore by whoever sets it.");
        }
        else
        {
            findings.Note(summary);
        }
    }
}
