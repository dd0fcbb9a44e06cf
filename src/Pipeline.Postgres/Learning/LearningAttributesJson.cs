using System.Buffers;
using System.Collections.ObjectModel;
using System.Text;
using System.Text.Json;

namespace Pipeline.Learning;

/// <summary>Attributes as the tables have them: a JSON object of texts.</summary>
internal static class LearningAttributesJson
{
    private const string Empty = "{}";

    public static string Write(IReadOnlyDictionary<string, string> attributes)
    {
        if (attributes.Count == 0)
        {
            return Empty;
        }

        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in attributes)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">It is no object of texts.</exception>
    public static IReadOnlyDictionary<string, string> Read(string json)
    {
        if (string.Equals(json, Empty, StringComparison.Ordinal))
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(
            static attribute => attribute.Name,
            static attribute => attribute.Value.GetString() ?? throw new JsonException("An attribute is null."),
            StringComparer.Ordinal);
    }
}
