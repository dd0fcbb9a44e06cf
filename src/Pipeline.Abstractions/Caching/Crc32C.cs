using System.Buffers.Binary;
using System.Numerics;

namespace Pipeline.Caching;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), a part at a time. It finds every single-bit error and every burst of up to 32 bits.
/// </summary>
internal struct Crc32C
{
    private uint _inverted;

    internal readonly uint Value => ~_inverted;

    internal static Crc32C Start() => new() { _inverted = uint.MaxValue };

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = _inverted;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        _inverted = crc;
    }
}
