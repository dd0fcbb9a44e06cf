using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Backends;

namespace Pipeline.Health;

/// <summary>Whether a backend of the suite answers. One that the start does without degrades the service, and does not end it.</summary>
internal sealed class BackendHealthCheck(IBackendProbe probe) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await probe.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy(probe.Backend);
        }
#pragma warning disable CA1031 // However its client fails, the backend does not answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"{probe.Backend} does not answer.", exception);
        }
    }
}
