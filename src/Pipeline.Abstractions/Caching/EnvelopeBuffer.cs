using System.Buffers;

namespace Pipeline.Caching;

/// <summary>An array of just the right length, to be written once from begin to end.</summary>
internal sealed class EnvelopeBuffer(int length) : IBufferWriter<byte>
{
    private int _written;

    public byte[] Bytes { get; } = new byte[length];

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => Bytes.AsMemory(_written);

    public Span<byte> GetSpan(int sizeHint = 0) => Bytes.AsSpan(_written);
}
