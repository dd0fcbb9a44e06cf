using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.RequestLimits;

/// <summary>
/// Looks through a JSON body as it arrives: whether it is JSON at all, and within its limits. It keeps none of it.
/// </summary>
/// <remarks>A mutable value of one call. What cannot be exceeded by so few bytes is not counted.</remarks>
internal struct JsonScan(JsonLimits limits)
{
    /// <summary>The most bytes that a character may take: <c>\u0041</c>.</summary>
    private const int BytesPerCharacter = 6;

    /// <summary>The least bytes of an item of an array: a digit and a comma.</summary>
    private const int BytesPerItem = 2;

    private const int SmallText = 512;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = limits.MaxDepth + 1 });
    private int[]? _items;
    private long _scanned;
    private long _lookAgainAt;
    private long _characters;

    /// <summary>Where the fault was found, if it is one of syntax: line and byte in the line, both from 0.</summary>
    public (long Line, long Byte) Position { get; private set; }

    /// <summary>Looks at what has arrived since the last call.</summary>
    /// <param name="body">The body from its beginning.</param>
    /// <param name="isWhole">Whether no more will come.</param>
    public JsonFault Look(in ReadOnlySequence<byte> body, bool isWhole)
    {
        if ((!isWhole && body.Length < _lookAgainAt) || (_scanned == 0 && !SkipByteOrderMark(body, isWhole)))
        {
            return JsonFault.None;
        }

        try
        {
            return body.IsSingleSegment && _scanned <= ByteOrderMark.Length && isWhole
                ? LookAtWhole(body.FirstSpan[(int)_scanned..])
                : LookAtPart(body.Slice(_scanned), isWhole);
        }
        catch (JsonException e)
        {
            Position = (e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
            return JsonFault.Invalid;
        }
    }

    private JsonFault LookAtWhole(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            return JsonFault.Invalid;
        }

        var reader = new Utf8JsonReader(body, isFinalBlock: true, _state);
        return body.Length <= Math.Min(limits.MaxArrayItems * (long)BytesPerItem, Math.Min(limits.MaxStringLength, limits.MaxTotalStringLength))
            ? LookAtDepth(ref reader)
            : LookAtAll(ref reader, isValidText: true);
    }

    private JsonFault LookAtPart(ReadOnlySequence<byte> rest, bool isWhole)
    {
        var reader = new Utf8JsonReader(rest, isWhole, _state);
        var fault = LookAtAll(ref reader, isValidText: false);
        _state = reader.CurrentState;
        _scanned += reader.BytesConsumed;

        // What is not yet whole is looked at again, so it must not grow without end; and only once there is twice as much of it, so that a client who sends it
        // byte by byte does not make a whole look of each.
        var begun = rest.Length - reader.BytesConsumed;
        _lookAgainAt = _scanned + (begun * 2);
        return fault == JsonFault.None && begun > ((long)limits.MaxStringLength * BytesPerCharacter) + SmallText
            ? JsonFault.StringTooLong
            : fault;
    }

    private readonly JsonFault LookAtDepth(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= limits.MaxDepth)
            {
                return JsonFault.TooDeep;
            }
        }

        return JsonFault.None;
    }

    private JsonFault LookAtAll(ref Utf8JsonReader reader, bool isValidText)
    {
        _items ??= new int[limits.MaxDepth + 1];
        _items[0] = -1;
        while (reader.Read())
        {
            var fault = JsonFault.None;
            switch (reader.TokenType)
            {
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    continue;
                case JsonTokenType.PropertyName:
                    fault = LookAtText(ref reader, isValidText);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    fault = LookAtContainer(ref reader);
                    break;
                case JsonTokenType.String:
                    fault = CountItem(reader.CurrentDepth);
                    fault = fault == JsonFault.None ? LookAtText(ref reader, isValidText) : fault;
                    break;
                default:
                    fault = CountItem(reader.CurrentDepth);
                    break;
            }

            if (fault != JsonFault.None)
            {
                return fault;
            }
        }

        return JsonFault.None;
    }

    private readonly JsonFault LookAtContainer(ref Utf8JsonReader reader)
    {
        if (reader.CurrentDepth >= limits.MaxDepth)
        {
            return JsonFault.TooDeep;
        }

        // Objects have no items to count: less than zero.
        _items![reader.CurrentDepth + 1] = reader.TokenType == JsonTokenType.StartArray ? 0 : -1;
        return CountItem(reader.CurrentDepth);
    }

    private readonly JsonFault CountItem(int depth)
    {
        ref var items = ref _items![depth];
        return items >= 0 && ++items > limits.MaxArrayItems ? JsonFault.TooManyItems : JsonFault.None;
    }

    private JsonFault LookAtText(ref Utf8JsonReader reader, bool isValidText)
    {
        int characters;
        if (reader is { HasValueSequence: false, ValueIsEscaped: false })
        {
            if (!isValidText && !Utf8.IsValid(reader.ValueSpan))
            {
                return JsonFault.Invalid;
            }

            characters = Encoding.UTF8.GetCharCount(reader.ValueSpan);
        }
        else if (CountCharacters(ref reader) is { } counted)
        {
            characters = counted;
        }
        else
        {
            return JsonFault.Invalid;
        }

        _characters += characters;
        return characters > limits.MaxStringLength ? JsonFault.StringTooLong
            : _characters > limits.MaxTotalStringLength ? JsonFault.StringsTooLong
            : JsonFault.None;
    }

    private static int? CountCharacters(ref Utf8JsonReader reader)
    {
        var length = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
        var text = ArrayPool<char>.Shared.Rent(length);
        try
        {
            return reader.CopyString(text);
        }
        catch (InvalidOperationException)
        {
            // What is no UTF-8, or half of a surrogate pair.
            return null;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
        }
    }

    /// <summary>Skips a byte order mark, as <c>System.Text.Json</c> does.</summary>
    /// <returns>Whether there is something to look at.</returns>
    private bool SkipByteOrderMark(in ReadOnlySequence<byte> body, bool isWhole)
    {
        if (body.FirstSpan is [not 0xEF, ..])
        {
            return true;
        }

        if (body.Length < ByteOrderMark.Length)
        {
            return isWhole && !body.IsEmpty;
        }

        Span<byte> first = stackalloc byte[ByteOrderMark.Length];
        body.Slice(0, ByteOrderMark.Length).CopyTo(first);
        _scanned = first.SequenceEqual(ByteOrderMark) ? ByteOrderMark.Length : 0;
        return body.Length > _scanned || isWhole;
    }
}
