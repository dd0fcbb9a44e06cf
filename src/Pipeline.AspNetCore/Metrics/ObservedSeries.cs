namespace Pipeline.Metrics;

/// <summary>What an observable instrument said in this round. Sums that several instruments of one name say are added up.</summary>
/// <remarks>Used by the one thread that collects.</remarks>
internal sealed class ObservedSeries(string labels, MetricFamily family, bool addsUp) : MetricSeries(labels)
{
    private double _value;
    private long _round;

    public override void Record(long value) => Record((double)value);

    public override void Record(double value)
    {
        _value = addsUp && IsCurrent ? _value + value : value;
        _round = family.Round;
    }

    /// <summary>Whether it was observed in this round: what is no longer observed is no longer shown.</summary>
    public bool IsCurrent => _round == family.Round;

    public override void Write(MetricFamily family, ExpositionWriter writer)
    {
        if (IsCurrent)
        {
            writer.WriteSample(family.SampleName, Labels);
            writer.WriteValue(_value);
        }
    }
}
