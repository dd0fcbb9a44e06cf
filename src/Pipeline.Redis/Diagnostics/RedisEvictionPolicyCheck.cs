using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>Whether the server may drop keys that are needed.</summary>
internal sealed class RedisEvictionPolicyCheck(RedisDoctorTargets targets) : RedisCheck(targets, "eviction-policy")
{
    private const string Harmless = "noeviction";

    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        foreach (var node in await RedisServerFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false))
        {
            Judge(target, node, node.Text("maxmemory_policy"), findings);
        }
    }

    private static void Judge(RedisDoctorTarget target, RedisNodeFacts node, string? policy, DoctorFindings findings)
    {
        const string Mend = "Run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf; put the cache on a server of its own where it shall evict.";
        if (policy is null)
        {
            findings.Warn($"{node.Name} does not tell its maxmemory-policy.", $"See that it is {Harmless}, unless a cache alone stands there.");
        }
        else if (string.Equals(policy, Harmless, StringComparison.Ordinal))
        {
            findings.Note($"{node.Name} evicts nothing.");
        }
        else if (target.Has(RedisDoctorTarget.Keepers))
        {
            findings.Fail($"The maxmemory-policy of {node.Name} is {policy}: what {target.Kept} keep there may be dropped.", Mend);
        }
        else if (target.Has(PipelineRoles.RateLimiting))
        {
            findings.Warn($"The maxmemory-policy of {node.Name} is {policy}: a limit whose key is dropped begins anew.", Mend);
        }
        else
        {
            findings.Note($"The maxmemory-policy of {node.Name} is {policy}, and only a cache stands there.");
        }
    }
}
