using Pipeline.Conformance;
using Pipeline.Conformance.Telemetry;

namespace Pipeline.Telemetry;

/// <summary>The suite for authors of stores, run over the store that stands for a server in these tests.</summary>
public sealed class RingTelemetryStoreConformanceTests() : TelemetryStoreConformance(new RingStore())
{
    private sealed class RingStore : TelemetryStoreTestStore
    {
        private readonly RingTelemetryStore _store = new();

        public override GenerationSettings Generation => new() { Sequences = 10, FirstSeed = 9_000 };

        public override ValueTask<ITelemetryStore> OpenAsync() => new(_store);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
