using System.Globalization;
using System.Text;

namespace Pipeline.Metrics;

/// <summary>Writes tags as Prometheus' labels, such as <c>a="x",b="y"</c>: sorted by name, escaped, each name once.</summary>
internal static class MetricLabels
{
    public const string Overflow = "otel_metric_overflow=\"true\"";

    public static string Write(ReadOnlySpan<KeyValuePair<string, object?>> tags, ReadOnlySpan<KeyValuePair<string, object?>> fixedTags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(labels, fixedTags);
        Add(labels, tags);
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"");
            Escape(text, value, escapeQuotes: true).Append('"');
        }

        return text.ToString();
    }

    /// <summary>Appends a text with what would end it, or its line, escaped.</summary>
    public static StringBuilder Escape(StringBuilder target, string text, bool escapeQuotes)
    {
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '\\' => target.Append(@"\\"),
                '\n' => target.Append(@"\n"),
                '"' when escapeQuotes => target.Append("\\\""),
                _ => target.Append(letter),
            };
        }

        return target;
    }

    private static void Add(SortedDictionary<string, string> labels, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (tag, value) in tags)
        {
            // Prometheus takes an empty label for none.
            if (tag is not null && Text(value) is { Length: > 0 } text)
            {
                var name = MetricName.OfLabel(tag);
                labels[name] = labels.TryGetValue(name, out var other) ? $"{other};{text}" : text;
            }
        }
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        bool truth => truth ? "true" : "false",
        IFormattable formattable => formattable.ToString(format: null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
