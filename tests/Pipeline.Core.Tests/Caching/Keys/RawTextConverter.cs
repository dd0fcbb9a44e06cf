using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Caching.Keys;

internal sealed class RawTextConverter : JsonConverter<RawText>
{
    public override RawText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, RawText value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Json, skipInputValidation: true);
}
