using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Postgres.Servers.Proxying;

/// <summary>Cuts what clients and servers send into messages of version 3 of the protocol.</summary>
internal static class PostgresMessage
{
    public const int CancelRequest = 80_877_102;
    public const int SslRequest = 80_877_103;
    public const int GssEncryptionRequest = 80_877_104;

    private const int LongestStart = 10_000;

    /// <summary>Returns the length of the first message, or 0 while a part of it is missing. A type of one byte stands before its length.</summary>
    /// <exception cref="InvalidDataException">The bytes are no message.</exception>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5)
            return 0;

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[1..]);
        if (length < 4)
            throw new InvalidDataException($"A message has the length {length}.");
        return length < bytes.Length ? length + 1 : 0;
    }

    /// <summary>Returns the length of what a client sends first, which has no type, or 0 while a part of it is missing.</summary>
    /// <exception cref="InvalidDataException">The bytes are no message.</exception>
    public static int MeasureStart(ReadOnlySpan<byte> bytes, out int code)
    {
        code = 0;
        if (bytes.Length < 8)
            return 0;

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (length is < 8 or > LongestStart)
            throw new InvalidDataException($"A connection begins with the length {length}.");
        code = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);
        return length <= bytes.Length ? length : 0;
    }

    /// <summary>Returns a text of a message that has texts at its beginning, each with a zero at its end.</summary>
    public static string Text(ReadOnlySpan<byte> message, int index)
    {
        var rest = message[5..];
        for (; index > 0; index--)
            rest = rest[(rest.IndexOf((byte)0) + 1)..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)0)]);
    }
}
