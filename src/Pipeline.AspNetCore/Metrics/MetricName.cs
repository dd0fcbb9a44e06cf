using System.Text;

namespace Pipeline.Metrics;

/// <summary>
/// Gives instruments and tags the names that they have in Prometheus, as OpenTelemetry's specification "Prometheus and OpenMetrics Compatibility" maps them.
/// </summary>
internal static class MetricName
{
    /// <summary>Endings that are kept for the parts of counters and histograms.</summary>
    private static readonly string[] Reserved = ["_count", "_sum", "_bucket", "_total", "_created", "_info"];

    /// <summary>The name of a family, without a counter's <c>_total</c>.</summary>
    public static string OfFamily(string instrument, string? unit, MetricKind kind)
    {
        var name = Sanitize(instrument, allowColon: true);
        if (kind == MetricKind.Counter && name.EndsWith("_total", StringComparison.Ordinal))
        {
            name = name[..^"_total".Length];
        }

        var suffix = OfUnit(unit, kind);
        if (suffix.Length > 0 && !name.EndsWith("_" + suffix, StringComparison.Ordinal) && !string.Equals(name, suffix, StringComparison.Ordinal))
        {
            name = $"{name}_{suffix}";
        }

        // A gauge such as dotnet.thread_pool.thread.count would pass for a part of a histogram: linters refuse it, and OpenMetrics forbids it beside one.
        return kind == MetricKind.Gauge && Array.Exists(Reserved, ending => name.EndsWith(ending, StringComparison.Ordinal)) ? name + "_current" : name;
    }

    /// <summary>The name of a label.</summary>
    public static string OfLabel(string tag)
    {
        var name = Sanitize(tag, allowColon: false);

        // A histogram's own, and Prometheus renames what a target says of these two.
        return name is "le" or "quantile" ? "tag_" + name : name;
    }

    /// <summary>The word that a unit (UCUM) is in a name; empty for none.</summary>
    public static string OfUnit(string? unit, MetricKind kind)
    {
        if (string.IsNullOrEmpty(unit))
        {
            return "";
        }

        var slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            var (above, below) = (Word(unit[..slash]), Singular(unit[(slash + 1)..]));
            return below.Length == 0 ? above : above.Length == 0 ? "per_" + below : $"{above}_per_{below}";
        }

        return string.Equals(unit, "1", StringComparison.Ordinal) ? (kind == MetricKind.Gauge ? "ratio" : "") : Word(unit);
    }

    private static string Word(string unit) => unit switch
    {
        // An annotation such as {request} is no unit.
        ['{', ..] => "",
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "kBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "%" => "percent",
        "Hz" => "hertz",
        "Cel" => "celsius",
        "1" => "",
        _ => Sanitize(unit, allowColon: false).Trim('_'),
    };

    private static string Singular(string unit) => unit switch
    {
        "s" => "second",
        "m" => "minute",
        "min" => "minute",
        "h" => "hour",
        "d" => "day",
        _ => Word(unit),
    };

    private static string Sanitize(string name, bool allowColon)
    {
        var sanitized = new StringBuilder(name.Length + 1);
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            sanitized.Append('_');
        }

        foreach (var letter in name)
        {
            var isFit = char.IsAsciiLetterOrDigit(letter) || (allowColon && letter == ':');

            // One underscore for several: labels that begin with two are Prometheus' own.
            if (isFit || sanitized.Length == 0 || sanitized[^1] != '_')
            {
                sanitized.Append(isFit ? letter : '_');
            }
        }

        return sanitized.ToString();
    }
}
