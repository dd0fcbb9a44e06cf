using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pipeline.Metrics;

/// <summary>Writes families as Prometheus' text format 0.0.4, or as OpenMetrics 1.0.</summary>
internal sealed class ExpositionWriter(IBufferWriter<byte> target, bool isOpenMetrics)
{
    private const int LongestNumber = 32;

    public void WriteFamily(MetricFamily family)
    {
        var series = family.Series;
        if (series.Length == 0)
        {
            return;
        }

        // A counter's family has the name of its samples in the older format only.
        var name = family.Kind == MetricKind.Counter && !isOpenMetrics ? family.Name + "_total" : family.Name;
        if (family.Help.Length > 0)
        {
            WriteLine($"# HELP {name} {MetricLabels.Escape(new StringBuilder(), family.Help, escapeQuotes: isOpenMetrics)}");
        }

        WriteLine($"# TYPE {name} {TypeOf(family.Kind)}");
        if (isOpenMetrics && family.Unit.Length > 0)
        {
            WriteLine($"# UNIT {name} {family.Unit}");
        }

        foreach (var one in series)
        {
            one.Write(family, this);
        }
    }

    public void WriteSample(ReadOnlySpan<byte> name, ReadOnlySpan<byte> labels)
    {
        target.Write(name);
        if (labels.Length > 0)
        {
            target.Write("{"u8);
            target.Write(labels);
            target.Write("}"u8);
        }

        target.Write(" "u8);
    }

    public void WriteBucket(ReadOnlySpan<byte> name, ReadOnlySpan<byte> labels, double bound)
    {
        target.Write(name);
        target.Write("{"u8);
        if (labels.Length > 0)
        {
            target.Write(labels);
            target.Write(","u8);
        }

        target.Write("le=\""u8);
        WriteReal(bound);

        // OpenMetrics asks for the canonical form, which has a fraction always.
        if (isOpenMetrics && double.IsInteger(bound) && Math.Abs(bound) < 1e15)
        {
            target.Write(".0"u8);
        }

        target.Write("\"} "u8);
    }

    public void WriteValue(long value)
    {
        Utf8Formatter.TryFormat(value, target.GetSpan(LongestNumber), out var written);
        target.Advance(written);
        target.Write("\n"u8);
    }

    public void WriteValue(double value)
    {
        WriteReal(value);
        target.Write("\n"u8);
    }

    /// <summary>Ends the text, which OpenMetrics demands.</summary>
    public void WriteEnd()
    {
        if (isOpenMetrics)
        {
            target.Write("# EOF\n"u8);
        }
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private void WriteReal(double value)
    {
        if (!double.IsFinite(value))
        {
            target.Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
            return;
        }

        value.TryFormat(target.GetSpan(LongestNumber), out var written, "R", CultureInfo.InvariantCulture);
        target.Advance(written);
    }

    private void WriteLine(string line)
    {
        Encoding.UTF8.GetBytes(line, target);
        target.Write("\n"u8);
    }
}
