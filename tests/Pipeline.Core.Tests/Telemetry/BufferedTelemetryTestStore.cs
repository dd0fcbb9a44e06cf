using Pipeline.Conformance;
using Pipeline.Conformance.Telemetry;
using Pipeline.Conformance.Telemetry.FaultInjection;

namespace Pipeline.Telemetry;

/// <summary>The sink in front of a store in memory that fails when it is told to.</summary>
internal sealed class BufferedTelemetryTestStore(bool spills) : TelemetryTestStore
{
    private readonly TemporaryFolder _folder = new();
    private BufferedTelemetrySink? _sink;

    public override TelemetryStoreFaults? Faults { get; } = new();

    public override GenerationSettings Generation => new() { Sequences = 25, FirstSeed = 5_000 };

    public override ValueTask<ITelemetrySink> OpenAsync()
    {
        var options = new TelemetryOptions { BatchSize = 16, WriteTimeout = EagerClock.Deadline, CloseTimeout = EagerClock.Deadline };
        options.Spill.Directory = spills ? _folder.Path : null;
        return new(_sink = new BufferedTelemetrySink(new FaultInjectingTelemetryStore(new RingTelemetryStore(), Faults!), options, new EagerClock()));
    }

    public override async ValueTask DisposeAsync()
    {
        await (_sink?.DisposeAsync() ?? default);
        _folder.Dispose();
    }
}
