using System.Buffers.Binary;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Idempotency;

/// <summary>An answer as it is kept: status, headers and body; or that there was one which was too large to keep.</summary>
/// <remarks>
/// Format 1, numbers with the greatest byte first: format (1 byte), kind (1 byte: 0 not kept, 1 kept), status (2), number of headers (2), for each header the length of
/// its name (2), the name in UTF-8, the length of its value (4), the value in UTF-8; the rest is the body. See <c>docs/formats.md</c>.
/// </remarks>
internal readonly record struct StoredAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    private const byte Format = 1;
    private const byte NotKeptKind = 0;
    private const byte KeptKind = 1;
    private const int FixedBytes = 6;
    private const int FixedHeaderBytes = 6;

    /// <summary>Whether the answer is here. If not, there was one, and its status is known.</summary>
    public bool IsKept { get; private init; } = true;

    /// <summary>An answer that was too large to keep.</summary>
    public static StoredAnswer NotKept(int status) => new(status, [], default) { IsKept = false };

    public byte[] Write()
    {
        var size = FixedBytes + Body.Length;
        foreach (var (name, value) in Headers)
        {
            size += FixedHeaderBytes + Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        }

        var bytes = new byte[size];
        var rest = bytes.AsSpan();
        (rest[0], rest[1]) = (Format, IsKept ? KeptKind : NotKeptKind);
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], checked((ushort)Status));
        BinaryPrimitives.WriteUInt16BigEndian(rest[4..], checked((ushort)Headers.Count));
        rest = rest[FixedBytes..];
        foreach (var (name, value) in Headers)
        {
            var length = Encoding.UTF8.GetBytes(name, rest[2..]);
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)length));
            rest = rest[(2 + length)..];
            length = Encoding.UTF8.GetBytes(value, rest[4..]);
            BinaryPrimitives.WriteInt32BigEndian(rest, length);
            rest = rest[(4 + length)..];
        }

        Body.Span.CopyTo(rest);
        return bytes;
    }

    /// <summary>Reads an answer.</summary>
    /// <returns>The answer; <see langword="null"/> for one of another format, or a damaged one.</returns>
    public static StoredAnswer? TryRead(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length < FixedBytes || span[0] != Format || span[1] is not (NotKeptKind or KeptKind))
        {
            return null;
        }

        int status = BinaryPrimitives.ReadUInt16BigEndian(span[2..]);
        if (status is < StatusCodes.Status200OK or > 599)
        {
            return null;
        }

        if (span[1] == NotKeptKind)
        {
            return NotKept(status);
        }

        var headers = new KeyValuePair<string, string>[BinaryPrimitives.ReadUInt16BigEndian(span[4..])];
        var at = FixedBytes;
        for (var i = 0; i < headers.Length; i++)
        {
            if (Text(span, ref at, lengthBytes: 2) is not { } name || Text(span, ref at, lengthBytes: 4) is not { } value)
            {
                return null;
            }

            headers[i] = new(name, value);
        }

        return new StoredAnswer(status, headers, bytes[at..]);
    }

    private static string? Text(ReadOnlySpan<byte> bytes, ref int at, int lengthBytes)
    {
        if (bytes.Length - at < lengthBytes)
        {
            return null;
        }

        var length = lengthBytes == 2 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) : BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
        at += lengthBytes;
        if (length < 0 || bytes.Length - at < length)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes.Slice(at, length));
        at += length;
        return text;
    }
}
