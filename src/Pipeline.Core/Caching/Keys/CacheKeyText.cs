using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Pipeline.Caching;

/// <summary>The text that a cache key is the hash of: a canonical JSON array. One is kept by each thread and used again and again.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A writer over a buffer holds nothing that would have to be given back.")]
internal sealed class CacheKeyText
{
    [ThreadStatic]
    private static CacheKeyText? t_free;

    private readonly KeyBuffer _text = new();
    private readonly KeyBuffer _json = new(CacheKey.MaxInputBytes, TooLong);
    private readonly CanonicalJson _canonical;
    private readonly Utf8JsonWriter _writer;

    private CacheKeyText()
    {
        _canonical = new(_json);
        _writer = new(_json, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = CacheKey.MaxDepth, SkipValidation = true });
    }

    public static CacheKeyText Rent()
    {
        // A converter that makes keys itself, inside the making of a key, gets another.
        var text = t_free ?? new();
        t_free = null;
        return text;
    }

    public static void Return(CacheKeyText text)
    {
        text.Release();
        t_free = text;
    }

    public void Begin(int version)
    {
        _text.Add((byte)'[');
        _ = Utf8Formatter.TryFormat(version, _text.GetSpan(10), out var written);
        _text.Advance(written);
    }

    /// <summary>Appends a text, or null.</summary>
    public void Append(string? value, string argument)
    {
        _text.Add((byte)',');
        if (value is null)
        {
            _text.Add("null"u8);
            return;
        }

        // The buffer of the input serves here, too: it is free until the input's turn.
        var status = Utf8.FromUtf16(
            value, _json.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length)), out _, out var written, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            throw new ArgumentException("The text holds half of a surrogate pair. Give well-formed Unicode text.", argument);
        }

        _json.Advance(written);
        CanonicalJson.WriteString(_json.Written, _text);
        _json.Release();
    }

    public void AppendInput<TIn>(TIn input, JsonTypeInfo<TIn> typeInfo)
    {
        _text.Add((byte)',');
        _writer.Reset(_json);
        try
        {
            JsonSerializer.Serialize(_writer, input, typeInfo);
            _writer.Flush();
        }
        catch (Exception exception) when (IsTooDeep(exception))
        {
            throw CanonicalJson.Problem("The input cannot be written as JSON: it is nested too deeply, or refers to itself. Flatten it.", exception);
        }

        _json.ThrowIfTooLong();
        _canonical.Write(_text);
    }

    public ReadOnlySpan<byte> End()
    {
        _text.Add((byte)']');
        return _text.Written;
    }

    private static ArgumentException TooLong() => CanonicalJson.Problem(
        $"The input's JSON is longer than {CacheKey.MaxInputBytes} bytes. Put a hash of large content into the input instead.");

    // The serializer has a limit of its own; generated code that goes without it runs into the writer's.
    private bool IsTooDeep(Exception exception) =>
        exception is JsonException || (exception is InvalidOperationException && _writer.CurrentDepth >= CacheKey.MaxDepth);

    private void Release()
    {
        _writer.Reset(_json);
        _json.Release();
        _text.Release();
        _canonical.Release();
    }
}
