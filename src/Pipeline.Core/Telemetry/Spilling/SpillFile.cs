using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>The files of a spill, version 1: a header, then records, each with its length and its checksum (<c>docs/formats.md</c>).</summary>
internal static class SpillFile
{
    public const int HeaderBytes = 8;
    public const int FrameBytes = 8;
    public const string LockName = "lock";

    private const string Extension = ".spill";

    /// <summary><c>0x89</c>, which begins no character of UTF-8, then <c>PLT</c>, the version and three zeros.</summary>
    public static ReadOnlySpan<byte> Header => [0x89, (byte)'P', (byte)'L', (byte)'T', 1, 0, 0, 0];

    public static string PathOf(string folder, long number) =>
        Path.Combine(folder, number.ToString("D10", CultureInfo.InvariantCulture) + Extension);

    /// <summary>The files of a folder by their numbers, the oldest first.</summary>
    public static IEnumerable<(long Number, string Path)> Find(string folder) => Directory.EnumerateFiles(folder, "*" + Extension)
        .Select(path => (Number: NumberOf(path), Path: path))
        .Where(file => file.Number >= 0)
        .OrderBy(file => file.Number);

    /// <summary>Puts length and checksum in front of a record that stands behind their place.</summary>
    /// <returns>The length of it all.</returns>
    public static int Frame(Span<byte> target, int recordBytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, recordBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[sizeof(int)..], ChecksumOf(target, recordBytes));
        return FrameBytes + recordBytes;
    }

    /// <summary>Finds the next record, over whatever is damaged before it.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="position">Where to begin; afterwards, what follows the record, or the end.</param>
    /// <param name="record">The record's bytes.</param>
    /// <param name="isDamaged">Whether something was passed over that is no record. A last one that merely ends too soon was never taken, and is not damage.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryFind(ReadOnlySpan<byte> source, ref int position, out ReadOnlySpan<byte> record, out bool isDamaged)
    {
        var start = position;
        for (; position <= source.Length - FrameBytes; position++)
        {
            if (TryReadFrame(source[position..], out record))
            {
                isDamaged = position > start;
                position += FrameBytes + record.Length;
                return true;
            }
        }

        isDamaged = start < source.Length && !EndsTooSoon(source[start..]);
        position = source.Length;
        record = default;
        return false;
    }

    /// <summary>Reads a part of a file whole.</summary>
    /// <exception cref="IOException">It cannot be read, or is shorter.</exception>
    public static void Read(string path, long from, Span<byte> target)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        while (!target.IsEmpty)
        {
            var count = RandomAccess.Read(file, target, from);
            if (count == 0)
            {
                throw new EndOfStreamException($"'{path}' is shorter than it was.");
            }

            target = target[count..];
            from += count;
        }
    }

    private static long NumberOf(string path) =>
        long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static bool TryReadFrame(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> record)
    {
        var length = LengthAt(source);
        var isWhole = IsLength(length) && length <= source.Length - FrameBytes;
        record = isWhole && BinaryPrimitives.ReadUInt32LittleEndian(source[sizeof(int)..]) == ChecksumOf(source, length)
            ? source.Slice(FrameBytes, length)
            : default;
        return !record.IsEmpty;
    }

    private static bool EndsTooSoon(ReadOnlySpan<byte> source) =>
        source.Length < FrameBytes || (IsLength(LengthAt(source)) && LengthAt(source) > source.Length - FrameBytes);

    private static int LengthAt(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadInt32LittleEndian(source);

    private static bool IsLength(int length) => length is > TelemetryRecordFormat.FixedBytes and <= TelemetryRecordFormat.MaxBytes;

    private static uint ChecksumOf(ReadOnlySpan<byte> frame, int length)
    {
        var crc = Crc32C.Start();
        crc.Append(frame[..sizeof(int)]);
        crc.Append(frame.Slice(FrameBytes, length));
        return crc.Value;
    }
}
