namespace Pipeline.Metrics;

/// <summary>The value that was recorded last.</summary>
internal sealed class GaugeSeries(string labels) : MetricSeries(labels)
{
    private double _value;

    public override void Record(long value) => Volatile.Write(ref _value, value);

    public override void Record(double value) => Volatile.Write(ref _value, value);

    public override void Write(MetricFamily family, ExpositionWriter writer)
    {
        writer.WriteSample(family.SampleName, Labels);
        writer.WriteValue(Volatile.Read(ref _value));
    }
}
