using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Health;

namespace Pipeline.Metrics;

/// <summary>Whether anybody can read the metrics.</summary>
internal sealed class MetricsExposureDoctorCheck(MappedEndpoints mapped, IServiceProvider services) : EdgeDoctorCheck("http.metrics-exposure")
{
    protected override DoctorResult Look()
    {
        var (shown, isInternal) = (services.GetRequiredService<IOptions<MetricsOptions>>().Value.Meters.Count, services.GetRequiredService<InternalGate>().IsConfigured);
        return (mapped.HasMetrics, isInternal) switch
        {
            (false, _) => DoctorResult.Ok("No metrics are mapped."),
            (true, true) => DoctorResult.Ok(string.Create(CultureInfo.InvariantCulture, $"Metrics of {shown} meters answer internal requests only.")),
            _ => DoctorResult.Warning(
                "Whoever reaches the server can read its metrics, unless their endpoint requires an authorization.",
                "Set Internal:Port of the edge's section to a port that only the inside reaches (and let the server listen on it), or Internal:Networks to the networks that scrape."),
        };
    }
}
