using Pipeline.Conformance;
using Pipeline.Conformance.Telemetry;

namespace Pipeline.Telemetry;

internal sealed class InMemoryTelemetryTestStore : TelemetryTestStore
{
    public override GenerationSettings Generation => new() { Sequences = 50 };

    public override ValueTask<ITelemetrySink> OpenAsync() => new(new InMemoryTelemetry());

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
