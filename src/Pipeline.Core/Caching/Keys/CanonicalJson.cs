using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Caching;

/// <summary>Rewrites JSON so that equal values are the same bytes: RFC 8785, with exact numbers.</summary>
/// <remarks>
/// Not thread safe. The text is read once into a flat list of parts, of which each knows where its sibling begins; objects are then written
/// with their properties in order.
/// </remarks>
internal sealed class CanonicalJson
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (byte)c), (byte)'"', (byte)'\\']);
    private static readonly JsonReaderOptions Options = new() { MaxDepth = CacheKey.MaxDepth, CommentHandling = JsonCommentHandling.Skip };

    private readonly PooledList<JsonPart> _parts = new();
    private readonly PooledList<int> _properties = new();
    private readonly KeyBuffer _unescaped = new();
    private readonly Comparison<int> _byName;
    private readonly KeyBuffer _source;

    /// <param name="source">Where the JSON that is to be rewritten stands.</param>
    public CanonicalJson(KeyBuffer source)
    {
        _source = source;
        _byName = (a, b) => Compare(TextOf(_parts[a]), TextOf(_parts[b]));
    }

    /// <summary>The exception for an input that has no canonical JSON.</summary>
    public static ArgumentException Problem(string problem, Exception? inner = null, string argument = "input") => new(problem, argument, inner);

    /// <summary>Writes text as a JSON string.</summary>
    public static void WriteString(ReadOnlySpan<byte> text, KeyBuffer output)
    {
        output.Add((byte)'"');
        while (text.IndexOfAny(Escaped) is >= 0 and var at)
        {
            output.Add(text[..at]);
            WriteEscaped(text[at], output);
            text = text[(at + 1)..];
        }

        output.Add(text);
        output.Add((byte)'"');
    }

    /// <summary>Writes the value that stands in the source.</summary>
    public void Write(KeyBuffer output)
    {
        Read();
        WriteValue(0, output);
    }

    public void Release()
    {
        _parts.Release();
        _properties.Release();
        _unescaped.Release();
    }

    private static void WriteEscaped(byte character, KeyBuffer output)
    {
        output.Add((byte)'\\');
        switch (character)
        {
            case (byte)'"' or (byte)'\\':
                output.Add(character);
                break;
            case (byte)'\b':
                output.Add((byte)'b');
                break;
            case (byte)'\t':
                output.Add((byte)'t');
                break;
            case (byte)'\n':
                output.Add((byte)'n');
                break;
            case (byte)'\f':
                output.Add((byte)'f');
                break;
            case (byte)'\r':
                output.Add((byte)'r');
                break;
            default:
                output.Add("u00"u8);
                output.Add((byte)('0' + (character >> 4)));
                output.Add("0123456789abcdef"u8[character & 15]);
                break;
        }
    }

    // The order of UTF-16 code units, as RFC 8785 asks for: there the surrogates of U+10000 and above come before U+E000, in UTF-8 after U+FFFF.
    private static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        const int FirstAfterSurrogates = 0xEE;
        const int FirstOfFourBytes = 0xF0;
        var common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
        {
            return a.Length - b.Length;
        }

        var (x, y) = (a[common], b[common]);
        return x >= FirstAfterSurrogates && y >= FirstAfterSurrogates && (x >= FirstOfFourBytes) != (y >= FirstOfFourBytes) ? y - x : x - y;
    }

    private void Read()
    {
        try
        {
            ReadParts();
        }
        catch (JsonException exception)
        {
            throw Problem($"What the input is written as is no JSON, or is nested deeper than {CacheKey.MaxDepth} levels. Flatten it.", exception);
        }
    }

    private void ReadParts()
    {
        var reader = new Utf8JsonReader(_source.Written, Options);
        Span<int> open = stackalloc int[CacheKey.MaxDepth];
        var depth = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open[depth++] = _parts.Count;
                    _parts.Add(new(reader.TokenType, IsUnescaped: false, 0, 0));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    _parts[open[--depth]].Next = _parts.Count;
                    break;
                default:
                    _parts.Add(ReadText(reader) with { Next = _parts.Count + 1 });
                    break;
            }
        }
    }

    private JsonPart ReadText(in Utf8JsonReader reader)
    {
        var isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        if (isText && reader.ValueIsEscaped)
        {
            return ReadEscaped(reader);
        }

        if (isText && !Utf8.IsValid(reader.ValueSpan))
        {
            throw Malformed(inner: null);
        }

        return new(reader.TokenType, IsUnescaped: false, (int)reader.TokenStartIndex + (isText ? 1 : 0), reader.ValueSpan.Length);
    }

    private JsonPart ReadEscaped(in Utf8JsonReader reader)
    {
        try
        {
            var length = reader.CopyString(_unescaped.GetSpan(reader.ValueSpan.Length));
            var part = new JsonPart(reader.TokenType, IsUnescaped: true, _unescaped.Length, length);
            _unescaped.Advance(length);
            return part;
        }
        catch (InvalidOperationException exception)
        {
            throw Malformed(exception);
        }
    }

    private static ArgumentException Malformed(Exception? inner) =>
        Problem("The input's JSON has a string that is not well-formed Unicode. Correct the text, or write it as Base64.", inner);

    private ReadOnlySpan<byte> TextOf(in JsonPart part) => (part.IsUnescaped ? _unescaped : _source).Written.Slice(part.Start, part.Length);

    private void WriteValue(int index, KeyBuffer output)
    {
        var part = _parts[index];
        switch (part.Kind)
        {
            case JsonTokenType.StartObject:
                WriteObject(index, part.Next, output);
                break;
            case JsonTokenType.StartArray:
                WriteArray(index, part.Next, output);
                break;
            case JsonTokenType.Number:
                CanonicalNumber.Write(TextOf(part), output);
                break;
            case JsonTokenType.String:
                WriteText(part, output);
                break;
            default:
                output.Add(TextOf(part));
                break;
        }
    }

    private void WriteArray(int index, int end, KeyBuffer output)
    {
        output.Add((byte)'[');
        for (var item = index + 1; item < end; item = _parts[item].Next)
        {
            if (item > index + 1)
            {
                output.Add((byte)',');
            }

            WriteValue(item, output);
        }

        output.Add((byte)']');
    }

    private void WriteObject(int index, int end, KeyBuffer output)
    {
        var first = _properties.Count;
        for (var name = index + 1; name < end; name = _parts[name + 1].Next)
        {
            _properties.Add(name);
        }

        Sort(first);
        output.Add((byte)'{');
        var last = _properties.Count;
        for (var i = first; i < last; i++)
        {
            if (i > first)
            {
                output.Add((byte)',');
            }

            var name = _properties[i];
            WriteText(_parts[name], output);
            output.Add((byte)':');
            WriteValue(name + 1, output);
        }

        output.Add((byte)'}');
        _properties.Count = first;
    }

    private void Sort(int first)
    {
        var properties = _properties.Written[first..];
        properties.Sort(_byName);
        for (var i = 1; i < properties.Length; i++)
        {
            if (_byName(properties[i - 1], properties[i]) == 0)
            {
                throw Problem("An object of the input's JSON has one property twice. Write each property once.");
            }
        }
    }

    private void WriteText(in JsonPart part, KeyBuffer output)
    {
        if (part.IsUnescaped)
        {
            WriteString(TextOf(part), output);
            return;
        }

        // What needs no escape to be read needs none to be written.
        output.Add((byte)'"');
        output.Add(TextOf(part));
        output.Add((byte)'"');
    }
}
