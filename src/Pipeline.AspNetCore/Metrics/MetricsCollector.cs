using System.Buffers;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Metrics;

/// <summary>Listens to the chosen meters, those of the application's own factory and those of the process, and writes what it has heard.</summary>
/// <remarks>Thread safe. Measurements take no lock and allocate nothing, but for the first under a combination of tags.</remarks>
internal sealed class MetricsCollector : IDisposable
{
    // What OpenTelemetry takes where an instrument gives no advice: for seconds, and for all else.
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] Others = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

    private readonly Lock _gate = new();
    private readonly Lock _collecting = new();
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly List<InstrumentRecorder> _recorders = [];
    private readonly IMeterFactory _factory;
    private readonly ILogger _logger;
    private readonly string[] _meters;
    private readonly int _maxSeries;
    private bool _hasToldOfThrow;
    private int _started;

    public MetricsCollector(IOptions<MetricsOptions> options, IMeterFactory factory, ILogger<MetricsCollector> logger)
    {
        (_factory, _logger) = (factory, logger);
        (_meters, _maxSeries) = ([.. options.Value.Meters], options.Value.MaxSeries);
        _listener.InstrumentPublished = Listen;
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((InstrumentRecorder)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((InstrumentRecorder)state!).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => ((InstrumentRecorder)state!).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => ((InstrumentRecorder)state!).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((InstrumentRecorder)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((InstrumentRecorder)state!).Record((double)value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => ((InstrumentRecorder)state!).Record((double)value, tags));
    }

    /// <summary>All families, those that nothing was measured of yet among them, in the order of their names.</summary>
    public MetricFamily[] Families
    {
        get
        {
            lock (_gate)
            {
                return [.. _families.Values];
            }
        }
    }

    /// <summary>Begins to listen. What was measured before is not known.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _listener.Start();
        }
    }

    /// <summary>Asks the observable instruments, and writes every family, in the order of their names.</summary>
    public void Write(IBufferWriter<byte> target, bool isOpenMetrics)
    {
        var writer = new ExpositionWriter(target, isOpenMetrics);
        lock (_collecting)
        {
            MetricFamily[] families;
            lock (_gate)
            {
                families = [.. _families.Values];
                BeginRound(families);
            }

            Observe();
            foreach (var family in families)
            {
                writer.WriteFamily(family);
            }
        }

        writer.WriteEnd();
    }

    public void Dispose() => _listener.Dispose();

    private void BeginRound(MetricFamily[] families)
    {
        foreach (var family in families)
        {
            if (!family.BeginRound())
            {
                continue;
            }

            foreach (var recorder in _recorders.Where(recorder => ReferenceEquals(recorder.Family, family)))
            {
                recorder.Clear();
            }
        }
    }

    private void Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
#pragma warning disable CA1031 // An instrument that throws must not take the others' figures with it; the listener has asked all of them.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_hasToldOfThrow)
            {
                _hasToldOfThrow = true;
                Log.InstrumentThrew(_logger, exception);
            }
        }
    }

    private void Listen(Instrument instrument, MeterListener listener)
    {
        // Other applications in the process, tests for instance, have meters of the same names.
        var isOurs = instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, _factory);
        if (isOurs && IsChosen(instrument.Meter.Name) && KindOf(instrument) is { } kind && CreateRecorder(instrument, kind) is { } recorder)
        {
            listener.EnableMeasurementEvents(instrument, recorder);
        }
    }

    private bool IsChosen(string meter)
    {
        foreach (var chosen in _meters)
        {
            if (chosen.EndsWith('*') ? meter.AsSpan().StartsWith(chosen.AsSpan()[..^1], StringComparison.Ordinal) : string.Equals(chosen, meter, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private InstrumentRecorder? CreateRecorder(Instrument instrument, MetricKind kind)
    {
        var name = MetricName.OfFamily(instrument.Name, instrument.Unit, kind);
        KeyValuePair<string, object?>[] fixedTags = [.. instrument.Meter.Tags ?? [], .. instrument.Tags ?? []];
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out var family))
            {
                var bounds = kind == MetricKind.Histogram ? BoundsOf(instrument) : [];
                var isLastValue = IsLastValue(instrument);
                family = new MetricFamily(
                    name,
                    kind,
                    MetricName.OfUnit(instrument.Unit, kind),
                    instrument.Description ?? "",
                    instrument.IsObservable,
                    _maxSeries,
                    (owner, labels) => CreateSeries(owner, labels, isLastValue, bounds));
                _families.Add(name, family);
            }
            else if (family.Kind != kind || family.IsObserved != instrument.IsObservable)
            {
                Log.InstrumentNameTaken(_logger, instrument.Meter.Name, instrument.Name, name);
                return null;
            }

            // Tags in another order are further nodes of a series that is there already.
            var recorder = new InstrumentRecorder(family, fixedTags, maxNodes: _maxSeries * 2);
            _recorders.Add(recorder);
            return recorder;
        }
    }

    private static MetricSeries CreateSeries(MetricFamily family, string labels, bool isLastValue, double[] bounds) => family switch
    {
        { Kind: MetricKind.Histogram } => new HistogramSeries(labels, bounds),
        { IsObserved: true } => new ObservedSeries(labels, family, addsUp: !isLastValue),
        _ => isLastValue ? new GaugeSeries(labels) : new SumSeries(labels),
    };

    private static MetricKind? KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return generic == typeof(Counter<>) || generic == typeof(ObservableCounter<>) ? MetricKind.Counter
            : generic == typeof(Histogram<>) ? MetricKind.Histogram
            : generic == typeof(UpDownCounter<>) || generic == typeof(ObservableUpDownCounter<>) || IsLastValue(instrument) ? MetricKind.Gauge
            : null;
    }

    private static bool IsLastValue(Instrument instrument)
    {
        var type = instrument.GetType();
        return type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Gauge<>) || type.GetGenericTypeDefinition() == typeof(ObservableGauge<>));
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds,
            Histogram<float> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
            Histogram<decimal> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
            Histogram<short> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
            Histogram<byte> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
            _ => (IReadOnlyList<double>?)null,
        };
        return advised is not null ? [.. advised] : string.Equals(instrument.Unit, "s", StringComparison.Ordinal) ? Seconds : Others;
    }
}
