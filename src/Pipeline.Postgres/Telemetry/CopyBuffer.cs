using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Telemetry;

/// <summary>Rows as <c>COPY … (FORMAT binary)</c> takes them: each value behind its length. Not thread safe.</summary>
internal sealed class CopyBuffer
{
    private const int Null = -1;
    private const int FirstSize = 64 * 1024;
    private const int MostBytesOfChar = 3;
    private const byte JsonVersion = 1;

    private byte[] _bytes = new byte[FirstSize];

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Begins a copy anew: the signature, no flags, no extension.</summary>
    public void Begin()
    {
        Length = 0;
        Write("PGCOPY\n"u8);
        Next(1)[0] = 0xFF;
        Write("\r\n\0\0\0\0\0\0\0\0\0"u8);
    }

    public void BeginRow(short values) => WriteShort(values);

    /// <summary>Ends a copy, where a row would begin.</summary>
    public void End() => WriteShort(-1);

    /// <summary>Writes again what was written from a place on, at or behind the end.</summary>
    public void Repeat(int start, int length) => _bytes.AsSpan(start, length).CopyTo(Next(length));

    public void Short(int value) => BinaryPrimitives.WriteInt16BigEndian(NextValue(sizeof(short)), (short)value);

    public void Int(int value) => BinaryPrimitives.WriteInt32BigEndian(NextValue(sizeof(int)), value);

    public void Long(long value) => BinaryPrimitives.WriteInt64BigEndian(NextValue(sizeof(long)), value);

    public void Uuid(ReadOnlySpan<byte> value) => value.CopyTo(NextValue(TelemetryIds.Bytes));

    public void Uuid(Guid value) => value.TryWriteBytes(NextValue(TelemetryIds.Bytes), bigEndian: true, out _);

    public void NoValue() => WriteInt(Null);

    public void Text(string? value)
    {
        if (value is null)
        {
            NoValue();
            return;
        }

        // Encoded once, and its length is known then.
        var most = value.Length * MostBytesOfChar;
        var target = Next(sizeof(int) + most);
        var length = Encoding.UTF8.GetBytes(value, target[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(target, length);
        Length -= most - length;
    }

    public void Json(ReadOnlySpan<byte> value)
    {
        WriteInt(1 + value.Length);
        Next(1)[0] = JsonVersion;
        Write(value);
    }

    /// <summary>Writes an amount with its decimal places: digits to the base of 10,000, from the greatest that is not zero to the least.</summary>
    public void Numeric(decimal value)
    {
        const int Base = 10_000;
        const int PlacesOfDigit = 4;
        const int MostDigits = 12;
        const short Negative = 0x4000;
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var rest = new UInt128((uint)parts[2], ((ulong)(uint)parts[1] << 32) | (uint)parts[0]);
        for (var places = (int)value.Scale; places % PlacesOfDigit != 0; places++)
        {
            rest *= 10;
        }

        Span<short> digits = stackalloc short[MostDigits];
        var first = MostDigits;
        for (; rest != 0; rest /= Base)
        {
            digits[--first] = (short)(ulong)(rest % Base);
        }

        var end = MostDigits;
        while (end > first && digits[end - 1] == 0)
        {
            end--;
        }

        var fraction = (value.Scale + PlacesOfDigit - 1) / PlacesOfDigit;
        WriteInt((4 + end - first) * sizeof(short));
        WriteShort((short)(end - first));
        WriteShort((short)(MostDigits - first - fraction - 1));
        WriteShort(decimal.IsNegative(value) && end > first ? Negative : (short)0);
        WriteShort(value.Scale);
        foreach (var digit in digits[first..end])
        {
            WriteShort(digit);
        }
    }

    private void Write(ReadOnlySpan<byte> value) => value.CopyTo(Next(value.Length));

    private void WriteShort(short value) => BinaryPrimitives.WriteInt16BigEndian(Next(sizeof(short)), value);

    private void WriteInt(int value) => BinaryPrimitives.WriteInt32BigEndian(Next(sizeof(int)), value);

    private Span<byte> NextValue(int length)
    {
        var next = Next(sizeof(int) + length);
        BinaryPrimitives.WriteInt32BigEndian(next, length);
        return next[sizeof(int)..];
    }

    private Span<byte> Next(int length)
    {
        if (length > _bytes.Length - Length)
        {
            Array.Resize(ref _bytes, Math.Max(Length + length, 2 * _bytes.Length));
        }

        var next = _bytes.AsSpan(Length, length);
        Length += length;
        return next;
    }
}
