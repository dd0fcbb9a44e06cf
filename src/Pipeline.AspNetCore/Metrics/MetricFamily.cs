using System.Text;

namespace Pipeline.Metrics;

/// <summary>All series of one name. Instruments of one name and kind share it, whichever meter they are of.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class MetricFamily
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly List<MetricSeries> _all = [];
    private readonly Func<MetricFamily, string, MetricSeries> _create;
    private readonly int _maxSeries;
    private MetricSeries? _overflow;

    /// <param name="name">The name, without a counter's <c>_total</c>.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="unit">The unit as it stands at the name's end, or empty.</param>
    /// <param name="help">What it means.</param>
    /// <param name="isObserved">Whether it is asked rather than told.</param>
    /// <param name="maxSeries">The most series, apart from that of the overflow.</param>
    /// <param name="create">Makes a series with labels.</param>
    public MetricFamily(
        string name, MetricKind kind, string unit, string help, bool isObserved, int maxSeries, Func<MetricFamily, string, MetricSeries> create)
    {
        (Name, Kind, IsObserved, _maxSeries, _create) = (name, kind, isObserved, maxSeries, create);
        Unit = unit.Length > 0 && name.EndsWith("_" + unit, StringComparison.Ordinal) ? unit : "";
        Help = help;
        SampleName = Encoding.UTF8.GetBytes(kind == MetricKind.Counter ? name + "_total" : name);
        BucketName = Encoding.UTF8.GetBytes(name + "_bucket");
        SumName = Encoding.UTF8.GetBytes(name + "_sum");
        CountName = Encoding.UTF8.GetBytes(name + "_count");
    }

    public string Name { get; }

    public MetricKind Kind { get; }

    public bool IsObserved { get; }

    public string Unit { get; }

    public string Help { get; }

    public byte[] SampleName { get; }

    public byte[] BucketName { get; }

    public byte[] SumName { get; }

    public byte[] CountName { get; }

    /// <summary>Which collection is going on. Changed by the thread that collects.</summary>
    public long Round { get; private set; }

    /// <summary>All series, in the order in which they came.</summary>
    public MetricSeries[] Series
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    /// <summary>The series of what is too much.</summary>
    public MetricSeries Overflow
    {
        get
        {
            if (Volatile.Read(ref _overflow) is { } known)
            {
                return known;
            }

            lock (_gate)
            {
                return AddOverflow();
            }
        }
    }

    /// <summary>Finds a series by its labels, or makes it; where there are too many, that of the overflow.</summary>
    public MetricSeries GetSeries(string labels)
    {
        lock (_gate)
        {
            if (_series.TryGetValue(labels, out var known))
            {
                return known;
            }

            if (_series.Count >= _maxSeries)
            {
                return AddOverflow();
            }

            var series = Append(labels);
            _series.Add(labels, series);
            return series;
        }
    }

    /// <summary>Begins a collection. Observed series come and go with what they are of, so those of the last round make room where it is short.</summary>
    /// <returns>Whether series went, which nobody may hold on to then.</returns>
    public bool BeginRound()
    {
        Round++;
        if (!IsObserved)
        {
            return false;
        }

        lock (_gate)
        {
            if (_series.Count < _maxSeries)
            {
                return false;
            }

            _series.Clear();
            _overflow = null;
            _all.Clear();
            return true;
        }
    }

    private MetricSeries AddOverflow()
    {
        if (_overflow is null)
        {
            Volatile.Write(ref _overflow, Append(MetricLabels.Overflow));
        }

        return _overflow;
    }

    private MetricSeries Append(string labels)
    {
        var series = _create(this, labels);
        _all.Add(series);
        return series;
    }
}
