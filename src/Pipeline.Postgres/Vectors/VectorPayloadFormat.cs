using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pipeline.Vectors;

/// <summary>
/// How a payload is stored: a JSON object with a property for each field, whose name is the field's, a colon and the number of the kind. The numbers of
/// <see cref="VectorValueKind"/> never change; no field has a colon in its name.
/// </summary>
internal static class VectorPayloadFormat
{
    public static string KeyOf(string field, VectorValueKind kind) => string.Create(CultureInfo.InvariantCulture, $"{field}:{(int)kind}");

    public static string Write(IReadOnlyDictionary<string, VectorValue> payload)
    {
        if (payload.Count == 0)
        {
            return "{}";
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (field, value) in payload)
            {
                writer.WritePropertyName(KeyOf(field, value.Kind));
                WriteValue(writer, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads a payload. What is none of this format is left out.</summary>
    public static IReadOnlyDictionary<string, VectorValue> Read(string json)
    {
        if (json.Length <= 2)
        {
            return VectorFields.None;
        }

        using var document = JsonDocument.Parse(json);
        var payload = new Dictionary<string, VectorValue>(StringComparer.Ordinal);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name.LastIndexOf(':') is var colon and > 0
                && int.TryParse(property.Name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var kind)
                && TryReadValue(property.Value, (VectorValueKind)kind, out var value))
            {
                payload[property.Name[..colon]] = value;
            }
        }

        return payload.AsReadOnly();
    }

    private static void WriteValue(Utf8JsonWriter writer, VectorValue value)
    {
        switch (value.Kind)
        {
            case VectorValueKind.Text:
                writer.WriteStringValue(value.AsText);
                break;
            case VectorValueKind.Texts:
                writer.WriteStartArray();
                foreach (var text in value.AsTexts)
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
                break;
            case VectorValueKind.WholeNumber:
                writer.WriteNumberValue(value.AsWholeNumber);
                break;
            case VectorValueKind.Number:
                writer.WriteNumberValue(value.AsNumber);
                break;
            default:
                writer.WriteBooleanValue(value.AsBoolean);
                break;
        }
    }

    private static bool TryReadValue(JsonElement element, VectorValueKind kind, out VectorValue value)
    {
        switch (kind, element.ValueKind)
        {
            case (VectorValueKind.Text, JsonValueKind.String):
                value = element.GetString()!;
                return true;
            case (VectorValueKind.Texts, JsonValueKind.Array) when element.EnumerateArray().All(static one => one.ValueKind == JsonValueKind.String):
                value = VectorValue.FromStrings(element.EnumerateArray().Select(static one => one.GetString()!));
                return true;
            case (VectorValueKind.WholeNumber, JsonValueKind.Number) when element.TryGetInt64(out var whole) && Math.Abs(whole) <= VectorValue.MaxWholeNumber:
                value = whole;
                return true;
            case (VectorValueKind.Number, JsonValueKind.Number) when element.TryGetDouble(out var number):
                value = number;
                return true;
            case (VectorValueKind.Boolean, JsonValueKind.True or JsonValueKind.False):
                value = element.GetBoolean();
                return true;
            default:
                value = default;
                return false;
        }
    }
}
