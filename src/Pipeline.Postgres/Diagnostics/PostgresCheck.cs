using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>A check of every connection to PostgreSQL on which some roles stand. It reads, and writes nothing.</summary>
internal abstract class PostgresCheck(PostgresDoctorTargets targets, string topic, PipelineRoles roles = PipelineRoles.All) : IDoctorCheck
{
    public string Name => "postgres." + topic;

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
                OnRefused(exception, findings);
            }
        }

        return findings.ToResult("Nothing stands on PostgreSQL that needs it.");
    }

    protected abstract Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken);

    /// <summary>Why a server does not answer is told once, by the check for that.</summary>
    protected virtual void OnUnavailable(BackendUnavailableException exception, DoctorFindings findings) =>
        findings.Warn($"{exception.Backend} does not answer, so that nothing can be seen.", "See postgres.reachable.");

    protected virtual void OnRefused(BackendRefusedException exception, DoctorFindings findings) =>
        findings.Warn($"This cannot be seen: {exception.Message}", $"Mend that, or leave the check out: --except {Name}.");
}
