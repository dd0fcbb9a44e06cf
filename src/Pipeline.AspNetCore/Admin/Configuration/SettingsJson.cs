using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Admin;

/// <summary>Settings by their paths, as JSON: nested as in <c>appsettings.json</c>, and read by what reads that.</summary>
internal static class SettingsJson
{
    /// <summary>The settings that stand in a configuration or section, each by its path.</summary>
    public static Dictionary<string, string?> Flatten(IConfiguration configuration)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Add(configuration, settings);
        return settings;
    }

    /// <exception cref="FormatException">A path is there twice.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static Dictionary<string, string?> Read(Stream json) => Flatten(new ConfigurationBuilder().AddJsonStream(json).Build());

    /// <summary>Writes settings so that they are read as they were.</summary>
    public static ReadOnlyMemory<byte> Write(IReadOnlyDictionary<string, string?> settings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            WriteNode(writer, new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        }

        return buffer.WrittenMemory;
    }

    private static void Add(IConfiguration node, Dictionary<string, string?> settings)
    {
        foreach (var child in node.GetChildren())
        {
            // A section may have an empty value of its own, where a source below this one had it empty. It says nothing.
            if (!string.IsNullOrEmpty(child.Value) || !child.GetChildren().Any())
            {
                settings.Add(child.Path, child.Value);
            }

            Add(child, settings);
        }
    }

    private static void WriteNode(Utf8JsonWriter writer, IConfiguration node)
    {
        IConfigurationSection[] children = [.. node.GetChildren()];
        if (IsList(children))
        {
            writer.WriteStartArray();
            foreach (var child in children)
            {
                WriteValue(writer, child);
            }

            writer.WriteEndArray();
            return;
        }

        writer.WriteStartObject();
        WriteProperties(writer, children, prefix: "");
        writer.WriteEndObject();
    }

    private static void WriteProperties(Utf8JsonWriter writer, IEnumerable<IConfigurationSection> children, string prefix)
    {
        foreach (var child in children)
        {
            var name = prefix + child.Key;
            if (string.IsNullOrEmpty(child.Value) || !child.GetChildren().Any())
            {
                writer.WritePropertyName(name);
                WriteValue(writer, child);
            }
            else
            {
                // JSON has no place for a value of a section's own, so the section's settings stand beside it, with their paths as names.
                writer.WriteString(name, child.Value);
                WriteProperties(writer, child.GetChildren(), name + ConfigurationPath.KeyDelimiter);
            }
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, IConfigurationSection section)
    {
        if (section.GetChildren().Any())
        {
            WriteNode(writer, section);
        }
        else
        {
            writer.WriteStringValue(section.Value);
        }
    }

    private static bool IsList(IConfigurationSection[] children) =>
        children.Length > 0
        && children.Index().All(static child => string.Equals(child.Item.Key, child.Index.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
        && children.All(static child => string.IsNullOrEmpty(child.Value) || !child.GetChildren().Any());
}
