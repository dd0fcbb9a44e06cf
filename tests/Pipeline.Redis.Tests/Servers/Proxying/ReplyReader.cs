using System.Buffers.Text;

namespace Pipeline.Redis.Servers.Proxying;

/// <summary>Cuts what a server sends into replies, of both versions of the protocol.</summary>
internal static class ReplyReader
{
    /// <summary>Returns the length of the first reply, or 0 while a part of it is missing.</summary>
    /// <exception cref="InvalidDataException">The bytes are no reply.</exception>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        var line = bytes.IndexOf("\r\n"u8);
        if (line < 0)
            return 0;

        var start = line + 2;
        switch ((char)bytes[0])
        {
            case '+' or '-' or ':' or '_' or '#' or ',' or '(':
                return start;
            case '$' or '=' or '!':
                var length = Number(bytes[1..line]);
                var end = length < 0 ? start : start + length + 2;
                return end <= bytes.Length ? end : 0;
            case '*' or '~' or '>':
                return MeasureItems(bytes, start, Number(bytes[1..line]));
            case '%':
                return MeasureItems(bytes, start, Number(bytes[1..line]) * 2);
            case '|':
                // Attributes stand before the reply that they belong to.
                return MeasureItems(bytes, start, (Number(bytes[1..line]) * 2) + 1);
            default:
                throw new InvalidDataException($"A reply began with byte {bytes[0]}.");
        }
    }

    private static int MeasureItems(ReadOnlySpan<byte> bytes, int start, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var length = start < bytes.Length ? Measure(bytes[start..]) : 0;
            if (length == 0)
                return 0;
            start += length;
        }

        return start;
    }

    private static int Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out int number, out _) ? number : throw new InvalidDataException("A reply has a length that is no number.");
}
