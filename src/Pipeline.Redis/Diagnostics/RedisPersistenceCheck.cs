namespace Pipeline.Diagnostics;

/// <summary>What a server that dies loses of what it acknowledged.</summary>
internal sealed class RedisPersistenceCheck(RedisDoctorTargets targets) : RedisCheck(targets, "persistence", RedisDoctorTarget.Keepers)
{
    private const string MendAof = "Run CONFIG SET appendonly yes, and set it in redis.conf, with appendfsync always where nothing may be lost.";
    private const string Grant = "Grant the user +config|get, or see to it where the server is managed.";

    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var sync = await RedisServerFacts.SettingAsync(target.Connection, "appendfsync", cancellationToken).ConfigureAwait(false);
        var snapshots = await RedisServerFacts.SettingAsync(target.Connection, "save", cancellationToken).ConfigureAwait(false);
        foreach (var node in await RedisServerFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false))
        {
            if (node.Number("aof_enabled") is not { } isLogged)
            {
                findings.Warn($"{node.Name} does not tell whether it keeps its data.", $"See that it does: {target.Kept} stand there.");
            }
            else if (isLogged == 1)
            {
                JudgeLog(target, node, sync, findings);
            }
            else
            {
                JudgeSnapshots(target, node, snapshots, findings);
            }
        }
    }

    private static void JudgeLog(RedisDoctorTarget target, RedisNodeFacts node, string? sync, DoctorFindings findings)
    {
        if (string.Equals(node.Text("aof_last_write_status"), "err", StringComparison.Ordinal))
        {
            findings.Fail($"{node.Name} cannot write its append-only file, and takes no writes.", "Make room on its disk, and look at its log.");
            return;
        }

        switch (sync)
        {
            case "always":
                findings.Note($"{node.Name} syncs its append-only file before it answers.");
                break;
            case "everysec":
                findings.Warn(
                    $"{node.Name} syncs its append-only file once a second: a machine that dies takes up to two seconds of what {target.Kept} acknowledged with it.",
                    "Run CONFIG SET appendfsync always, and set it in redis.conf; or leave this check out where that loss can be borne.");
                break;
            case "no":
                findings.Warn(
                    $"{node.Name} leaves it to the system when its append-only file is synced: a machine that dies takes about half a minute of what {target.Kept} acknowledged with it.",
                    "Run CONFIG SET appendfsync always, and set it in redis.conf.");
                break;
            default:
                findings.Warn($"{node.Name} keeps an append-only file, and does not tell when it is synced (appendfsync).", Grant);
                break;
        }
    }

    private static void JudgeSnapshots(RedisDoctorTarget target, RedisNodeFacts node, string? snapshots, DoctorFindings findings)
    {
        if (snapshots is null)
        {
            findings.Warn($"{node.Name} has no append-only file, and does not tell whether it saves snapshots.", $"{MendAof} {Grant}");
        }
        else if (snapshots.Length == 0)
        {
            findings.Fail($"{node.Name} keeps nothing on disk: a restart loses all that {target.Kept} hold.", MendAof);
        }
        else
        {
            findings.Warn($"{node.Name} saves snapshots only: a restart loses what {target.Kept} took since the last, which may be an hour.", MendAof);
        }
    }
}
