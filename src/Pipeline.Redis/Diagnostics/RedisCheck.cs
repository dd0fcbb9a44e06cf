using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>A check of every connection to Redis on which some roles stand.</summary>
internal abstract class RedisCheck(RedisDoctorTargets targets, string topic, PipelineRoles roles = PipelineRoles.All) : IDoctorCheck
{
    public string Name => "redis." + topic;

    public bool UsesNetwork => true;

    public async ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default)
    {
        var findings = new DoctorFindings();
        foreach (var target in targets.All.Where(target => target.Has(roles)))
        {
            try
            {
                await LookAsync(target, findings, cancellationToken).ConfigureAwait(false);
            }
            catch (BackendUnavailableException exception)
            {
                OnUnavailable(exception, findings);
            }
            catch (BackendRefusedException exception)
            {
                findings.Warn(
                    $"This cannot be seen: {exception.Message}", $"Grant the user +info, +time and +cluster as docs/redis.md has it, or leave the check out: --except {Name}.");
            }
        }

        return findings.ToResult("Nothing stands on Redis that needs it.");
    }

    protected abstract Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken);

    /// <summary>Why a server does not answer is told once, by the check for that.</summary>
    protected virtual void OnUnavailable(BackendUnavailableException exception, DoctorFindings findings) =>
        findings.Warn($"{exception.Backend} does not answer, so that nothing can be seen.", "See redis.reachable.");
}
