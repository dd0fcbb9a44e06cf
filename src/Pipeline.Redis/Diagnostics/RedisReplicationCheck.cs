using System.Globalization;

namespace Pipeline.Diagnostics;

/// <summary>What a failover loses: replicas follow later, and a primary answers before they do.</summary>
internal sealed class RedisReplicationCheck(RedisDoctorTargets targets) : RedisCheck(targets, "replication", RedisDoctorTarget.Keepers)
{
    private const string MinReplicas = "min-replicas-to-write";

    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var least = await RedisServerFacts.SettingAsync(target.Connection, MinReplicas, cancellationToken).ConfigureAwait(false);
        foreach (var node in await RedisServerFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false))
        {
            var replicas = node.Number("connected_slaves");
            if (replicas is null or 0)
            {
                findings.Note($"{node.Name} has no replica: nothing takes over, and nothing is lost by a failover.");
            }
            else if (least is null)
            {
                findings.Warn($"{node.Name} has replicas, and does not tell its {MinReplicas}.", "Grant the user +config|get.");
            }
            else if (string.Equals(least, "0", StringComparison.Ordinal))
            {
                findings.Warn(
                    $"{node.Name} has replicas, and goes on without them: a primary that is cut off from them acknowledges what the failover then drops.",
                    $"Run CONFIG SET {MinReplicas} 1 and CONFIG SET min-replicas-max-lag 10, and set both in redis.conf.");
            }
            else
            {
                findings.Note(string.Create(CultureInfo.InvariantCulture, $"{node.Name} has {replicas} replicas, and takes no writes without {least}."));
            }
        }
    }
}
