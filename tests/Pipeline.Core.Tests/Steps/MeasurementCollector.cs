using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using FluentAssertions;

namespace Pipeline.Steps;

/// <summary>Collects what the instruments of one meter factory measure.</summary>
internal sealed class MeasurementCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly SemaphoreSlim _added = new(0);

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

    /// <summary>Waits until an instrument has measured so often.</summary>
    public async Task CountReachedAsync(string instrument, int count)
    {
        while (Of(instrument).Count() < count)
        {
            (await _added.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeTrue("{0} has to measure {1} times", instrument, count);
        }
    }

    /// <summary>Has the instruments measure that only do so when they are asked.</summary>
    public void Collect() => _listener.RecordObservableInstruments();

    public void Dispose()
    {
        _listener.Dispose();
        _added.Dispose();
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}"));
        Measurements.Enqueue((instrument.Name, value, text));
        _added.Release();
    }
}
