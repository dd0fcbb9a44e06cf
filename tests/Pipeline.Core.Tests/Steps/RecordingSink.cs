using System.Collections.Concurrent;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

internal sealed class RecordingSink(Exception? failure = null) : ITelemetrySink
{
    public ConcurrentQueue<TelemetryRecord> Records { get; } = new();

    public string Name => "recording";

    public bool TryEmit(in TelemetryRecord record)
    {
        Records.Enqueue(record);
        return failure is null ? true : throw failure;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => default;

    public TelemetrySinkStatistics GetStatistics() => throw new NotSupportedException("No test asks.");
}
