using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>What every runner and chain of a suite shares.</summary>
internal sealed record RunEnvironment(
    TimeProvider Time, PipelineDiagnostics Diagnostics, ILoggerFactory LoggerFactory, IReadOnlyList<ITelemetrySink> Sinks)
{
    /// <summary>Prices what calls use; <see langword="null"/> where nothing does.</summary>
    public UsageMeter? Meter { get; init; }
}
