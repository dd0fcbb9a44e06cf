using Pipeline.Backends;

namespace Pipeline.Diagnostics;

/// <summary>Whether a cluster serves every slot, and survives the loss of any master.</summary>
internal sealed class RedisClusterCoverageCheck(RedisDoctorTargets targets) : RedisCheck(targets, "cluster-coverage")
{
    private const string AllSlots = "16384";

    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var connection = target.Connection;
        var server = new RedisNodeFacts(connection.Backend, (await RedisServerFacts.ExecuteAsync(connection, ["INFO", "cluster"], cancellationToken).ConfigureAwait(false)).ToString()!);
        if (server.Number("cluster_enabled") != 1)
        {
            findings.Note($"{connection.Backend} is no cluster.");
            return;
        }

        var info = new RedisNodeFacts(
            connection.Backend, (await RedisServerFacts.ExecuteAsync(connection, ["CLUSTER", "INFO"], cancellationToken).ConfigureAwait(false)).ToString()!);
        var isWhole = string.Equals(info.Text("cluster_state"), "ok", StringComparison.Ordinal)
            && string.Equals(info.Text("cluster_slots_ok"), AllSlots, StringComparison.Ordinal);
        if (!isWhole)
        {
            findings.Fail(
                $"The cluster {connection.Backend} is {info.Text("cluster_state")}: {info.Text("cluster_slots_ok")} of {AllSlots} slots are served.",
                "Start the nodes that are away, or run redis-cli --cluster fix against one of the others.");
        }

        var nodes = (await RedisServerFacts.ExecuteAsync(connection, ["CLUSTER", "NODES"], cancellationToken).ConfigureAwait(false)).ToString()!;
        var alone = MastersWithoutReplica(nodes);
        if (alone.Count > 0)
        {
            findings.Warn(
                $"Nothing takes over from {string.Join(", ", alone)} of the cluster {connection.Backend}.",
                "Give each master a replica, or start the one that is away: redis-cli --cluster add-node … --cluster-slave.");
        }
        else if (isWhole)
        {
            findings.Note($"The cluster {connection.Backend} serves all slots, and every master has a replica.");
        }
    }

    // id address flags master-id …: https://redis.io/docs/latest/commands/cluster-nodes/
    private static List<string> MastersWithoutReplica(string nodes)
    {
        var lines = nodes.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static line => line.Split(' ')).Where(static node => node.Length >= 8).ToArray();
        var working = lines.Where(static node => !Array.Exists(node[2].Split(','), static flag => flag is "fail" or "handshake" or "noaddr")).ToArray();
        var followed = working.Where(static node => Is(node, "slave")).Select(static node => node[3]).ToHashSet(StringComparer.Ordinal);

        // A node without slots has nothing that could be lost.
        return [.. working.Where(node => Is(node, "master") && node.Length > 8 && !followed.Contains(node[0])).Select(static node => node[1].Split('@')[0])];
    }

    private static bool Is(string[] node, string flag) => node[2].Split(',').Contains(flag, StringComparer.Ordinal);
}
