using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.Health;

/// <summary>Whether probes are answered, and by the right checks.</summary>
internal sealed class HealthDoctorCheck(IServiceProvider services) : EdgeDoctorCheck("http.health")
{
    protected override DoctorResult Look()
    {
        var options = services.GetRequiredService<IOptions<HealthOptions>>().Value;
        var findings = new DoctorFindings();
        if (!services.GetRequiredService<MappedEndpoints>().HasHealth)
        {
            findings.Warn("No health endpoints are mapped, so that nobody can tell when requests may be sent here.", "Call MapPipelineHealth() on the application.");
        }

        var checks = services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations;
        foreach (var check in checks.Where(static check => check.Tags.Contains(HealthTags.Live) && check.Tags.Contains(HealthTags.Database)))
        {
            findings.Fail(
                $"Health check '{check.Name}' is of a backend and tagged '{HealthTags.Live}': an outage of the backend restarts every replica.",
                $"Remove the tag '{HealthTags.Live}' from '{check.Name}'.");
        }

        if (checks.Count > 0 && options.CacheFor == TimeSpan.Zero)
        {
            findings.Warn("Each probe runs every check anew, since Health:CacheFor is zero.", "Set Health:CacheFor of the edge's section to 00:00:05.");
        }

        return findings.ToResult($"Probes are answered by {checks.Count} checks.");
    }
}
