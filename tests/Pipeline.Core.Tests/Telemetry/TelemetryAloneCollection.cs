using Xunit;

namespace Pipeline.Telemetry;

/// <summary>Tests that measure memory or allocations, and so run while no other test does.</summary>
[CollectionDefinition(nameof(TelemetryAloneCollection), DisableParallelization = true)]
public sealed class TelemetryAloneCollection;
