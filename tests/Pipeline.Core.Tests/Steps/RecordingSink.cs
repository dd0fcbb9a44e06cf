using System.Collections.Concurrent;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

internal sealed class RecordingSink(Exception? failure = null) : ITelemetrySink
{
    private readonly ConcurrentQueue<(int Count, TaskCompletionSource Reached)> _waiting = new();

    public ConcurrentQueue<TelemetryRecord> Records { get; } = new();

    public string Name => "recording";

    public bool TryEmit(in TelemetryRecord record)
    {
        Records.Enqueue(record);
        Tell();
        return failure is null ? true : throw failure;
    }

    /// <summary>Waits until the sink has got so many records.</summary>
    public Task CountReachedAsync(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue((count, reached));
        Tell();
        return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => default;

    public TelemetrySinkStatistics GetStatistics() => throw new NotSupportedException("No test asks.");

    private void Tell()
    {
        foreach (var (count, reached) in _waiting)
        {
            if (count <= Records.Count)
            {
                reached.TrySetResult();
            }
        }
    }
}
