using System.Diagnostics.Metrics;

namespace Quickstart.Ingestion;

/// <summary>Listens to what the suite measures of itself, as an exporter of OpenTelemetry would. Thread safe.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<TimeSpan>> _steps = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private int _retries;

    public Measurements(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is "Pipeline" && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, seconds, tags, _) => Record(instrument.Name, seconds, tags));
        _listener.Start();
    }

    /// <summary>How often a document failed and was tried again.</summary>
    public int Retries => Volatile.Read(ref _retries);

    /// <summary>How long each step took, each time that it ran.</summary>
    public IReadOnlyList<TimeSpan> DurationsOf(string step)
    {
        lock (_gate)
        {
            return _steps.TryGetValue(step, out var durations) ? [.. durations] : [];
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Record(string instrument, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        switch (instrument)
        {
            case "pipeline.chain.step.duration":
                Add((string)ValueOf(tags, "pipeline.step")!, TimeSpan.FromSeconds(seconds));
                break;
            case "pipeline.worker.duration" when ValueOf(tags, "pipeline.outcome") is "failed":
                Interlocked.Increment(ref _retries);
                break;
        }
    }

    private void Add(string step, TimeSpan duration)
    {
        lock (_gate)
        {
            if (!_steps.TryGetValue(step, out var durations))
            {
                _steps.Add(step, durations = []);
            }

            durations.Add(duration);
        }
    }

    private static object? ValueOf(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (string.Equals(key, name, StringComparison.Ordinal))
            {
                return value;
            }
        }

        return null;
    }
}
