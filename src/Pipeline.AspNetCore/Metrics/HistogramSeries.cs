namespace Pipeline.Metrics;

/// <summary>Counts of measurements by bucket, and their sum.</summary>
internal sealed class HistogramSeries(string labels, double[] bounds) : MetricSeries(labels)
{
    // One cell a bucket, that beyond the last bound among them, and one for the sum.
    private readonly StripedCells _cells = new(bounds.Length + 2);

    private int Sum => bounds.Length + 1;

    public override void Record(long value) => Record((double)value);

    public override void Record(double value)
    {
        // It belongs to no bucket, and would make the sum useless for good.
        if (double.IsNaN(value))
        {
            return;
        }

        var index = Array.BinarySearch(bounds, value);
        _cells.Add(index < 0 ? ~index : index, 1L);
        _cells.Add(Sum, value);
    }

    public override void Write(MetricFamily family, ExpositionWriter writer)
    {
        // The count is that of the buckets as they were read, so that the two never differ while measurements come in.
        var count = 0L;
        for (var i = 0; i <= bounds.Length; i++)
        {
            count += _cells.ReadWhole(i);
            writer.WriteBucket(family.BucketName, Labels, i < bounds.Length ? bounds[i] : double.PositiveInfinity);
            writer.WriteValue(count);
        }

        writer.WriteSample(family.SumName, Labels);
        writer.WriteValue(_cells.ReadReal(Sum));
        writer.WriteSample(family.CountName, Labels);
        writer.WriteValue(count);
    }
}
