using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Pipeline.Vectors;

/// <summary>
/// Translates a filter into a jsonpath predicate over a stored payload (<see cref="VectorPayloadFormat"/>), which goes to the server as a parameter: no name
/// and no value is ever part of a statement. Since a field's kind is part of its stored name, values of one kind only are compared, so that each condition is
/// true or false and never unknown; what the payload lacks is an empty sequence, which fulfils nothing.
/// </summary>
internal static class VectorFilterPath
{
    public static string Of(VectorFilter filter)
    {
        var path = new StringBuilder();
        Append(path, filter);
        return path.ToString();
    }

    private static void Append(StringBuilder path, VectorFilter filter)
    {
        switch (filter)
        {
            case VectorEquals equals:
                AppendAnyOf(path, equals.Field, [equals.Value]);
                break;
            case VectorAnyOf anyOf:
                AppendAnyOf(path, anyOf.Field, anyOf.Values);
                break;
            case VectorRange range:
                AppendRange(path, range);
                break;
            case VectorNot not:
                path.Append("!(");
                Append(path, not.Filter);
                path.Append(')');
                break;
            case VectorAnd and:
                AppendJoined(path, and.Filters, " && ", Append);
                break;
            case VectorOr or:
                AppendJoined(path, or.Filters, " || ", Append);
                break;
            default:
                throw new InvalidOperationException($"The filter {filter.GetType().Name} is not known.");
        }
    }

    private static void AppendAnyOf(StringBuilder path, string field, IReadOnlyList<VectorValue> values)
    {
        // One pass over the field's values, however many are allowed; a text is sought in lists of texts too.
        path.Append("(exists(");
        AppendMatching(path, field, values[0].Kind, values);
        path.Append(')');
        if (values[0].Kind == VectorValueKind.Text)
        {
            path.Append(" || exists(");
            AppendMatching(path, field, VectorValueKind.Texts, values);
            path.Append(')');
        }

        path.Append(')');
    }

    private static void AppendMatching(StringBuilder path, string field, VectorValueKind kind, IReadOnlyList<VectorValue> values)
    {
        AppendField(path, field, kind);
        path.Append(" ? ");
        AppendJoined(path, values, " || ", static (path, value) =>
        {
            path.Append("@ == ");
            AppendValue(path, value);
        });
    }

    private static void AppendRange(StringBuilder path, VectorRange range)
    {
        path.Append('(');
        AppendRange(path, range, VectorValueKind.WholeNumber);
        path.Append(" || ");
        AppendRange(path, range, VectorValueKind.Number);
        path.Append(')');
    }

    private static void AppendRange(StringBuilder path, VectorRange range, VectorValueKind kind)
    {
        path.Append("exists(");
        AppendField(path, range.Field, kind);
        path.Append(" ? (");
        if (range.Min is { } min)
        {
            AppendNumber(path.Append("@ >= "), min);
        }

        path.Append(range is { Min: not null, Max: not null } ? " && " : "");
        if (range.Max is { } max)
        {
            AppendNumber(path.Append("@ <= "), max);
        }

        path.Append("))");
    }

    private static void AppendField(StringBuilder path, string field, VectorValueKind kind)
    {
        path.Append("$.\"").Append(VectorPayloadFormat.KeyOf(field, kind)).Append('"');
        path.Append(kind == VectorValueKind.Texts ? "[*]" : "");
    }

    private static void AppendValue(StringBuilder path, VectorValue value)
    {
        switch (value.Kind)
        {
            case VectorValueKind.Text:
                path.Append('"').Append(JavaScriptEncoder.Default.Encode(value.AsText)).Append('"');
                break;
            case VectorValueKind.WholeNumber:
                path.Append(value.AsWholeNumber);
                break;
            default:
                path.Append(value.AsBoolean ? "true" : "false");
                break;
        }
    }

    private static void AppendNumber(StringBuilder path, double number) => path.Append(CultureInfo.InvariantCulture, $"{number:R}");

    private static void AppendJoined<T>(StringBuilder path, IReadOnlyList<T> parts, string between, Action<StringBuilder, T> append)
    {
        path.Append('(');
        for (var i = 0; i < parts.Count; i++)
        {
            path.Append(i == 0 ? "" : between);
            append(path, parts[i]);
        }

        path.Append(')');
    }
}
