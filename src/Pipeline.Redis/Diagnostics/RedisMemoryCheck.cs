using System.Globalization;

namespace Pipeline.Diagnostics;

/// <summary>How near a server is to refusing writes.</summary>
internal sealed class RedisMemoryCheck(RedisDoctorTargets targets) : RedisCheck(targets, "memory")
{
    private const double Much = 0.8;
    private const double TooMuch = 0.95;
    private const double Mebibyte = 1024 * 1024;

    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        foreach (var node in await RedisServerFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false))
        {
            Judge(target, node, findings);
        }
    }

    private static void Judge(RedisDoctorTarget target, RedisNodeFacts node, DoctorFindings findings)
    {
        var isBounded = node.Number("maxmemory") > 0;
        var bound = isBounded ? node.Number("maxmemory") : node.Number("total_system_memory");
        if (node.Number("used_memory") is not { } used || bound is not > 0)
        {
            findings.Note($"{node.Name} does not tell its memory.");
            return;
        }

        var share = used / (double)bound;
        var summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{node.Name} uses {used / Mebibyte:N1} MiB, {share:P0} of the {bound / Mebibyte:N1} MiB {(isBounded ? "of its maxmemory" : "of its machine")}.");

        // A cache is meant to fill its memory, and a policy that evicts makes room.
        var evicts = node.Text("maxmemory_policy") is { } policy && !string.Equals(policy, "noeviction", StringComparison.Ordinal);
        if (share < Much || (isBounded && evicts && !target.Has(RedisDoctorTarget.Keepers)))
        {
            findings.Note(summary);
        }
        else if (share < TooMuch)
        {
            findings.Warn(summary, "Raise maxmemory or take a larger server, before writes are refused; see what fills it.");
        }
        else
        {
            findings.Fail(summary, "Raise maxmemory or take a larger server now: at its limit it refuses writes; see what fills it.");
        }
    }
}
