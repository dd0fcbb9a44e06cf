using System.Buffers.Binary;
using System.IO.Compression;

namespace Quickstart.Documents;

/// <summary>Reads gzip (RFC 1952), of one member or several, up to a bound.</summary>
internal static class Gzip
{
    private const int TrailerLength = 8;

    private static readonly byte[] Mark = [0x1F, 0x8B, 0x08];

    private static readonly uint[] CrcTable = MakeCrcTable();

    public static bool IsGzip(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Mark);

    /// <exception cref="InvalidDataException">The data is damaged, or longer than the bound when decompressed.</exception>
    public static byte[] Decompress(byte[] compressed, int maxLength)
    {
        using var content = new MemoryStream();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
            CopyBounded(gzip, content, maxLength);
        }
        catch (InvalidDataException e) when (content.Length <= maxLength)
        {
            throw new InvalidDataException("damaged: its gzip data cannot be decompressed", e);
        }

        var bytes = content.ToArray();
        return EndsWhole(compressed, bytes)
            ? bytes
            : throw new InvalidDataException("damaged: its gzip data is cut off");
    }

    // A few kilobytes can decompress to gigabytes, so what comes out is counted, never what the file says of itself.
    private static void CopyBounded(GZipStream source, MemoryStream destination, int maxLength)
    {
        var buffer = new byte[81_920];
        while (source.Read(buffer) is > 0 and var read)
        {
            destination.Write(buffer, 0, read);
            if (destination.Length > maxLength)
            {
                throw new InvalidDataException($"longer than {maxLength / (1024 * 1024)} MiB when decompressed");
            }
        }
    }

    // GZipStream takes the end of the file for the end of the data, so a file that was cut off would pass for a shorter one. The last
    // member ends with the checksum and the length of its content, which is the end of the whole content.
    private static bool EndsWhole(ReadOnlySpan<byte> compressed, ReadOnlySpan<byte> content)
    {
        if (compressed.Length < TrailerLength)
        {
            return false;
        }

        var trailer = compressed[^TrailerLength..];
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        return length <= content.Length && Crc32(content[^(int)length..]) == checksum;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc = CrcTable[(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            table[i] = i;
            for (var bit = 0; bit < 8; bit++)
            {
                table[i] = (table[i] & 1) == 0 ? table[i] >> 1 : (table[i] >> 1) ^ 0xEDB88320;
            }
        }

        return table;
    }
}
