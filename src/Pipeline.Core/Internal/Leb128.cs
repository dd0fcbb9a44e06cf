using System.Buffers;

namespace Pipeline.Internal;

/// <summary>Unsigned LEB128: seven bits a byte, the least first, the high bit set on all bytes but the last.</summary>
internal static class Leb128
{
    private const int BitsPerByte = 7;
    private const int More = 1 << BitsPerByte;

    public static void Write(IBufferWriter<byte> target, UInt128 number)
    {
        const int MostBytes = 19;
        var bytes = target.GetSpan(MostBytes);
        var count = 0;
        for (; number >= More; number >>= BitsPerByte)
        {
            bytes[count++] = (byte)((byte)number | More);
        }

        bytes[count++] = (byte)number;
        target.Advance(count);
    }

    /// <summary>Reads a number.</summary>
    /// <param name="reader">Where it stands.</param>
    /// <param name="maxBytes">How long it may be, at most 18 bytes.</param>
    /// <param name="number">The number.</param>
    /// <returns>Whether there is one that ends within its bounds.</returns>
    public static bool TryRead(ref SequenceReader<byte> reader, int maxBytes, out UInt128 number)
    {
        number = UInt128.Zero;
        for (var i = 0; i < maxBytes && reader.TryRead(out var part); i++)
        {
            number |= (UInt128)(part & (More - 1)) << (i * BitsPerByte);
            if (part < More)
            {
                return true;
            }
        }

        return false;
    }
}
