using System.Buffers.Binary;
using System.Numerics;

namespace Pipeline.Backends;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), a part at a time: the checksum of what the suite stores. It finds every single-bit error and every
/// burst of up to 32 bits.
/// </summary>
/// <remarks>Begin with <see cref="Start"/>; the default value is no beginning. A value that is copied goes on by itself.</remarks>
#pragma warning disable CA1815 // A sum in progress is compared by its Value.
public struct Crc32C
#pragma warning restore CA1815
{
    private uint _inverted;

    /// <summary>The checksum of all bytes so far.</summary>
    public readonly uint Value => ~_inverted;

    /// <summary>Begins a checksum.</summary>
    /// <returns>The checksum of no bytes.</returns>
    public static Crc32C Start() => new() { _inverted = uint.MaxValue };

    /// <summary>Adds bytes.</summary>
    /// <param name="bytes">The bytes that follow those so far.</param>
    public void Append(ReadOnlySpan<byte> bytes)
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
