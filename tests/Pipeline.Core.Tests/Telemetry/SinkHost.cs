using Pipeline.Conformance;
using Pipeline.Conformance.Telemetry.FaultInjection;
using Pipeline.Steps;

namespace Pipeline.Telemetry;

/// <summary>A sink in front of a store in memory, under a clock that moves by hand; the store fails or hangs when it is told to.</summary>
internal sealed class SinkHost : IAsyncDisposable
{
    public const int TimeLimit = 60_000;

    private readonly List<BufferedTelemetrySink> _sinks = [];

    public SinkHost(Action<TelemetryOptions>? configure = null)
    {
        Options = new TelemetryOptions { FlushInterval = TimeSpan.FromMinutes(10) };
        (Options.Accounting.MaxRecords, Options.Diagnostic.MaxRecords) = (1_000, 1_000);
        configure?.Invoke(Options);
    }

    public ManualTimeProvider Clock { get; } = new();

    public TelemetryStoreFaults Faults { get; } = new();

    public RingTelemetryStore Store { get; } = new();

    public RecordingLogger Logs { get; } = new();

    public TelemetryOptions Options { get; }

    public TemporaryFolder Folder { get; } = new();

    public BufferedTelemetrySink Open(ITelemetryStore? store = null, SpillWrite? write = null)
    {
        var sink = new BufferedTelemetrySink(store ?? new FaultInjectingTelemetryStore(Store, Faults), Options, Clock, Logs, write);
        _sinks.Add(sink);
        return sink;
    }

    public void Spill(long maxBytes = 64 * 1024 * 1024) => Options.Spill = new TelemetrySpillOptions { Directory = Folder.Path, MaxBytes = maxBytes };

    /// <summary>Lets time pass until a task has ended.</summary>
    public async Task DriveAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await task;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sink in _sinks)
        {
            await DriveAsync(sink.DisposeAsync().AsTask());
        }

        Folder.Dispose();
    }
}
