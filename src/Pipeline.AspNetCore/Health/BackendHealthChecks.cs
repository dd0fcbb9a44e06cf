using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Health;

/// <summary>Registers a health check for each backend that is configured. Its name is the backend's kind, since its address is nobody's business.</summary>
internal sealed class BackendHealthChecks(IServiceProvider services) : IConfigureOptions<HealthCheckServiceOptions>
{
    public void Configure(HealthCheckServiceOptions options)
    {
        foreach (var probe in services.GetServices<IBackendProbe>())
        {
            var status = probe.Requirement == StartupCheck.Require ? HealthStatus.Unhealthy : HealthStatus.Degraded;
            options.Registrations.Add(new HealthCheckRegistration(
                NameOf(probe.Backend, options.Registrations), new BackendHealthCheck(probe), status, [HealthTags.Ready, HealthTags.Database]));
        }
    }

    /// <summary>The kind of a backend such as <c>Redis at localhost:6379</c>, with a number where there are several.</summary>
    private static string NameOf(string backend, ICollection<HealthCheckRegistration> others)
    {
        var at = backend.IndexOf(" at ", StringComparison.Ordinal);
        var kind = (at < 0 ? backend : backend[..at]).ToLowerInvariant().Replace(' ', '-').Replace("'", "", StringComparison.Ordinal);
        var name = kind;
        for (var number = 2; others.Any(other => string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase)); number++)
        {
            name = FormattableString.Invariant($"{kind}-{number}");
        }

        return name;
    }
}
