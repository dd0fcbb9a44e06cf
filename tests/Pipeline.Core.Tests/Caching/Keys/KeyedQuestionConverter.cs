using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Caching.Keys;

/// <summary>Writes a question as its cache key.</summary>
internal sealed class KeyedQuestionConverter : JsonConverter<Question>
{
    public override Question Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, Question value, JsonSerializerOptions options) =>
        writer.WriteStringValue(CacheKey.From(value, KeyContext.Default.Question, "answer"));
}
