using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.State;

/// <summary>Writes and reads stored values as JSON that begins with the number of its format: <c>{"format":1,…}</c>. See <c>docs/formats.md</c>.</summary>
internal static class StoredStateFormat
{
    public const int Version = 1;

    private static ReadOnlySpan<byte> FormatProperty => "format"u8;

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <exception cref="InvalidDataException">It is of another version, or damaged.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> value, JsonTypeInfo<T> type, string what)
    {
        try
        {
            var format = ReadVersion(value.Span);
            if (format != Version)
            {
                throw new InvalidDataException(
                    $"{what} is stored in format {format}, and this version of the suite reads {Version}. Bring all processes to the version that wrote it.");
            }

            return JsonSerializer.Deserialize(value.Span, type) ?? throw Damaged(what, inner: null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw Damaged(what, exception);
        }
    }

    private static int ReadVersion(ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject
            && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(FormatProperty)
            && reader.Read() && reader.TokenType == JsonTokenType.Number
                ? reader.GetInt32()
                : throw new JsonException();
    }

    // The parser's message may quote what was stored, so only the kind of error is told.
    private static InvalidDataException Damaged(string what, Exception? inner) =>
        new($"{what} cannot be read: what is stored is not of the suite, or is damaged{(inner is null ? "" : $" ({inner.GetType().Name})")}. Delete it, or restore it.");
}
