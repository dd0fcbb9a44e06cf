using Pipeline.Backends;

namespace Pipeline.Diagnostics;

/// <summary>Whether the server accepts every script that the roles run.</summary>
internal sealed class RedisScriptsCheck(RedisDoctorTargets targets) : RedisCheck(targets, "scripts")
{
    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        var count = 0;
        BackendRefusedException? refusal = null;
        foreach (var (name, script) in RedisRoleScripts.Of(target.Roles))
        {
            count++;
            try
            {
                // It is compiled and kept, as its first use would have it, and not run.
                await RedisServerFacts.ExecuteAsync(target.Connection, ["SCRIPT", "LOAD", script.Text], cancellationToken).ConfigureAwait(false);
            }
            catch (BackendRefusedException exception)
            {
                refused.Add(name);
                refusal = exception;
            }
        }

        if (refusal is not null)
        {
            findings.Fail(
                $"{target.Connection.Backend} does not accept {(refused.Count == count ? "any script" : string.Join(", ", refused))}: {refusal.Message}",
                "Use Redis 6.2 or later with its scripts turned on, and grant the user +script|load, +eval and +evalsha.");
        }
        else
        {
            findings.Note($"{target.Connection.Backend} accepts all {count} scripts.");
        }
    }
}
