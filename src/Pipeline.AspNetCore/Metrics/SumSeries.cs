namespace Pipeline.Metrics;

/// <summary>A sum that measurements add to.</summary>
internal sealed class SumSeries(string labels) : MetricSeries(labels)
{
    private const int Whole = 0;
    private const int Real = 1;

    private readonly StripedCells _cells = new(2);

    public override void Record(long value) => _cells.Add(Whole, value);

    public override void Record(double value) => _cells.Add(Real, value);

    public override void Write(MetricFamily family, ExpositionWriter writer)
    {
        var (whole, real) = (_cells.ReadWhole(Whole), _cells.ReadReal(Real));
        writer.WriteSample(family.SampleName, Labels);

        // As a double the whole numbers would lose their last digits above 2^53.
        if (real == 0)
        {
            writer.WriteValue(whole);
        }
        else
        {
            writer.WriteValue(whole + real);
        }
    }
}
