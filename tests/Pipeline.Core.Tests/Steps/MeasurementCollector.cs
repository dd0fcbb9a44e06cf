using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pipeline.Steps;

/// <summary>Collects what the instruments of one meter factory measure.</summary>
internal sealed class MeasurementCollector : IDisposable
{
    private readonly MeterListener _listener = new();

    public MeasurementCollector(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public ConcurrentQueue<(string Instrument, double Value, string Tags)> Measurements { get; } = new();

    public IEnumerable<(double Value, string Tags)> Of(string instrument) =>
        Measurements.Where(m => string.Equals(m.Instrument, instrument, StringComparison.Ordinal)).Select(m => (m.Value, m.Tags));

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}"));
        Measurements.Enqueue((instrument.Name, value, text));
    }
}
