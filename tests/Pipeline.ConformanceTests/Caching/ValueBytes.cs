using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Conformance.Caching;

/// <summary>The values that the facts store.</summary>
internal static class ValueBytes
{
    public static ReadOnlySequence<byte> Of(string text) => new(Encoding.UTF8.GetBytes(text));

    public static ReadOnlySequence<byte> InSegments(params IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var first = new Segment(parts[0], null);
        var last = parts.Skip(1).Aggregate(first, (previous, part) => new Segment(part, previous));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>A number, filled up to a length that depends on it, and a checksum over all: a mixture of two is recognised.</summary>
    public static byte[] Sealed(int number)
    {
        var body = new byte[sizeof(int) + ((uint)number * 2_654_435_761 % 4_000)];
        body.AsSpan().Fill((byte)number);
        BitConverter.TryWriteBytes(body, number);
        return [.. body, .. SHA256.HashData(body)];
    }

    /// <summary>The number of a value that <see cref="Sealed"/> made, or <see langword="null"/> if the value is torn.</summary>
    public static int? Unseal(ReadOnlySpan<byte> value)
    {
        if (value.Length < sizeof(int) + SHA256.HashSizeInBytes)
        {
            return null;
        }

        var body = value[..^SHA256.HashSizeInBytes];
        return SHA256.HashData(body).AsSpan().SequenceEqual(value[^SHA256.HashSizeInBytes..]) ? BitConverter.ToInt32(body) : null;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
