using System.Buffers.Text;

namespace Pipeline.Redis.Servers.Proxying;

/// <summary>Cuts what a client sends into commands: arrays of bulk strings, or lines of words.</summary>
internal static class RequestReader
{
    /// <summary>Reads the first command.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <param name="command">The command, or null while a part of it is missing.</param>
    /// <exception cref="InvalidDataException">The bytes are no request.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out RedisCommand? command)
    {
        command = null;
        if (bytes.IsEmpty)
            return false;

        var ranges = new List<Range>();
        var length = bytes[0] == (byte)'*' ? MeasureArray(bytes, ranges) : MeasureLine(bytes, ranges);
        if (length == 0)
            return false;

        var frame = bytes[..length].ToArray();
        command = new RedisCommand(frame, [.. ranges.Select(range => (ReadOnlyMemory<byte>)frame.AsMemory(range))]);
        return true;
    }

    private static int MeasureArray(ReadOnlySpan<byte> bytes, List<Range> words)
    {
        if (!TryReadNumber(bytes, 0, out var count, out var position))
            return 0;

        for (var i = 0; i < count; i++)
        {
            if (!TryReadNumber(bytes, position, out var length, out var start) || bytes.Length < start + length + 2)
                return 0;

            words.Add(start..(start + length));
            position = start + length + 2;
        }

        return position;
    }

    private static int MeasureLine(ReadOnlySpan<byte> bytes, List<Range> words)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
            return 0;

        var line = bytes[..end].TrimEnd((byte)'\r');
        foreach (var word in line.Split((byte)' '))
        {
            if (!line[word].IsEmpty)
                words.Add(word);
        }

        return end + 1;
    }

    /// <summary>Reads the number after the type's character, up to the end of its line.</summary>
    private static bool TryReadNumber(ReadOnlySpan<byte> bytes, int start, out int number, out int next)
    {
        (number, next) = (0, 0);
        var length = start < bytes.Length ? bytes[start..].IndexOf("\r\n"u8) : -1;
        if (length < 0)
            return false;

        next = start + length + 2;
        return Utf8Parser.TryParse(bytes[(start + 1)..(start + length)], out number, out _)
            ? true
            : throw new InvalidDataException("A request has a length that is no number.");
    }
}
