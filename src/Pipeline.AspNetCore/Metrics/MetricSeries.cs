using System.Text;

namespace Pipeline.Metrics;

/// <summary>The figures of one instrument under one combination of tags.</summary>
/// <remarks>Thread safe.</remarks>
internal abstract class MetricSeries(string labels)
{
    /// <summary>The labels as they are written, without braces.</summary>
    public byte[] Labels { get; } = Encoding.UTF8.GetBytes(labels);

    public abstract void Record(long value);

    public abstract void Record(double value);

    /// <summary>Writes what is known; nothing where the series is not of this round.</summary>
    public abstract void Write(MetricFamily family, ExpositionWriter writer);
}
