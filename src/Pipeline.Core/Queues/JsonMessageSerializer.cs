using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Queues;

/// <summary>Writes values as JSON, by metadata that was made at build time where the host gave any.</summary>
internal sealed class JsonMessageSerializer<T>(JsonTypeInfo<T> typeInfo) : IMessageSerializer<T>
{
    public string ContentType => "application/json";

    public void Serialize(T value, IBufferWriter<byte> destination)
    {
        using var writer = new Utf8JsonWriter(destination);
        JsonSerializer.Serialize(writer, value, typeInfo);
    }

    public T Deserialize(ReadOnlyMemory<byte> body) =>
        JsonSerializer.Deserialize(body.Span, typeInfo) ?? throw new JsonException("The body is JSON null; a value was expected.");
}
