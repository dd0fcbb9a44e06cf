using Pipeline.Backends;

namespace Pipeline.Diagnostics;

/// <summary>Whether each server answers, and why not.</summary>
internal sealed class RedisReachableCheck(RedisDoctorTargets targets) : RedisCheck(targets, "reachable")
{
    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        await new RedisProbe(target.Connection, StartupCheck.Require).ProbeAsync(cancellationToken).ConfigureAwait(false);
        findings.Note($"{target.Connection.Backend} answers.");
    }

    protected override void OnUnavailable(BackendUnavailableException exception, DoctorFindings findings) => findings.Fail(
        $"{exception.Backend} does not answer{(exception.Reason is null ? "" : $": {exception.Reason}")}.",
        "Start it, or correct the address, the password and whether it speaks TLS; see that the network lets this machine through to it.");
}
