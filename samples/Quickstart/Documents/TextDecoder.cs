using System.Text;

namespace Quickstart.Documents;

/// <summary>Makes text of the bytes of a file, and says of those that are no text what they are.</summary>
internal static class TextDecoder
{
    // Text holds hardly any control characters; one byte in ten of compressed data is one.
    private const int BytesPerControlCharacter = 50;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    // The longer mark goes first: that of UTF-32 begins with that of UTF-16.
    private static readonly (string Name, Encoding Encoding, byte[] Mark)[] Marked =
    [
        ("UTF-32", new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true), [0xFF, 0xFE, 0, 0]),
        ("UTF-32", new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true), [0, 0, 0xFE, 0xFF]),
        ("UTF-8 with a mark", Utf8, [0xEF, 0xBB, 0xBF]),
        ("UTF-16", new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true), [0xFF, 0xFE]),
        ("UTF-16", new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true), [0xFE, 0xFF]),
    ];

    /// <exception cref="InvalidDataException">The bytes are no text; the message says what they are.</exception>
    public static (string Text, string Encoding) Decode(ReadOnlySpan<byte> bytes)
    {
        var (text, encoding) = DecodeMarked(bytes) ?? DecodeUnmarked(bytes);
        return string.IsNullOrWhiteSpace(text) ? throw new InvalidDataException("empty: nothing but white space") : (text, encoding);
    }

    private static (string Text, string Encoding)? DecodeMarked(ReadOnlySpan<byte> bytes)
    {
        foreach (var (name, encoding, mark) in Marked)
        {
            if (!bytes.StartsWith(mark))
            {
                continue;
            }

            try
            {
                return (encoding.GetString(bytes[mark.Length..]), name);
            }
            catch (DecoderFallbackException e)
            {
                throw new InvalidDataException($"damaged: it begins with the mark of {name}, but is not", e);
            }
        }

        return null;
    }

    private static (string Text, string Encoding) DecodeUnmarked(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Contains((byte)0) || CountControls(bytes) > bytes.Length / BytesPerControlCharacter)
        {
            throw new InvalidDataException("binary, not text");
        }

        try
        {
            return (Utf8.GetString(bytes), "UTF-8");
        }
        catch (DecoderFallbackException)
        {
            // Every byte is a character in Windows-1252, so it is a guess that never fails; it also covers Latin-1.
            return (Windows1252.GetString(bytes), "Windows-1252 (a guess)");
        }
    }

    private static int CountControls(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        foreach (var b in bytes)
        {
            // Manuals are printed with backspaces and escape sequences, and pages end with form feeds.
            if (b is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\b' or 0x1B))
            {
                count++;
            }
        }

        return count;
    }
}
