using System.Buffers;
using System.Buffers.Binary;
using Pipeline.Backends;
using Pipeline.Caching;

namespace Pipeline.Abstractions.Tests.Caching;

/// <summary>Envelopes for the tests, and what it takes to spoil them.</summary>
internal static class EnvelopeSamples
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public static CacheEnvelope Plain { get; } = CacheEnvelope.Create(new() { FreshFor = TimeSpan.FromHours(1) }, Now);

    public static CacheEnvelope Full { get; } = CacheEnvelope.Create(
        new()
        {
            FreshFor = TimeSpan.FromHours(1),
            StaleFor = TimeSpan.FromDays(1),
            SlidingWindow = TimeSpan.FromMinutes(10),
            Tags = [new("über", 1_767_323_045_678_901), new("a", 7)],
        },
        Now);

    /// <summary>The longest header that there can be.</summary>
    public static CacheEnvelope Largest { get; } = Full with
    {
        Tags = TagGenerations.Create([.. Enumerable.Range(0, TagGenerations.MaxTags).Select(i => new TagGeneration($"{i:D2}{new string('x', 510)}", long.MaxValue))]),
    };

    public static byte[] Encode(CacheEnvelope envelope, ReadOnlySpan<byte> payload)
    {
        var buffer = new ArrayBufferWriter<byte>();
        envelope.Write(buffer, new ReadOnlySequence<byte>(payload.ToArray()));
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Gives changed bytes a checksum that fits, so that only their sense can give them away.</summary>
    public static byte[] Sign(byte[] bytes)
    {
        var crc = Crc32C.Start();
        crc.Append(bytes.AsSpan(0, 8));
        crc.Append(bytes.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), crc.Value);
        return bytes;
    }

    /// <summary>The same bytes in segments of the given length.</summary>
    public static ReadOnlySequence<byte> Split(byte[] bytes, int length)
    {
        var first = new Segment(bytes.AsMemory(0, Math.Min(length, bytes.Length)), 0);
        var last = first;
        for (var at = length; at < bytes.Length; at += length)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(length, bytes.Length - at)));
        }

        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
