namespace Pipeline.Diagnostics;

/// <summary>Whether the servers know all commands that are used.</summary>
internal sealed class RedisVersionCheck(RedisDoctorTargets targets) : RedisCheck(targets, "version")
{
    private static readonly Version Least = new(6, 2);

    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        foreach (var node in await RedisServerFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false))
        {
            if (!Version.TryParse(node.Text("redis_version"), out var version))
            {
                findings.Warn($"{node.Name} does not tell its version.", $"See that it has the commands of Redis {Least}.");
            }
            else if (version < Least)
            {
                findings.Fail($"{node.Name} is version {version}.", $"Move to Redis {Least} or later, or to a server that has its commands.");
            }
            else
            {
                findings.Note($"{node.Name} is version {version}.");
            }
        }
    }
}
