using Microsoft.Extensions.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Health;

namespace Pipeline.Metrics;

/// <summary>Whether anybody can read the metrics.</summary>
internal sealed class MetricsExposureDoctorCheck(MappedEndpoints mapped, IServiceProvider services) : IDoctorCheck
{
    public string Name => "http.metrics-exposure";

    public bool UsesNetwork => false;

    public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default) => new(Look());

    private DoctorResult Look() => (mapped.HasMetrics, services.GetRequiredService<InternalGate>().IsConfigured) switch
    {
        (false, _) => DoctorResult.Ok("No metrics are mapped."),
        (true, true) => DoctorResult.Ok("Metrics answer internal requests only."),
        _ => DoctorResult.Warning(
            "Whoever reaches the server can read its metrics, unless their endpoint requires an authorization.",
            "Set Internal:Port of the edge's section to a port that only the inside reaches (and let the server listen on it), or Internal:Networks to the networks that scrape."),
    };
}
