using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Telemetry;

/// <summary>Rows as <c>COPY … (FORMAT binary)</c> takes them: each value behind its length. Not thread safe.</summary>
internal sealed class CopyBuffer
{
    private const int Null = -1;
    private const int FirstSize = 64 * 1024;
    private const byte JsonVersion = 1;

    private readonly ArrayBufferWriter<byte> _bytes = new(FirstSize);

    public int Length => _bytes.WrittenCount;

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Clear() => _bytes.ResetWrittenCount();

    /// <summary>Begins a copy: the signature, no flags, no extension.</summary>
    public void Begin()
    {
        _bytes.Write("PGCOPY\n"u8);
        WriteByte(0xFF);
        _bytes.Write("\r\n\0\0\0\0\0\0\0\0\0"u8);
    }

    public void BeginRow(short values) => WriteShort(values);

    /// <summary>Ends a copy, where a row would begin.</summary>
    public void End() => WriteShort(-1);

    /// <summary>Adds rows that were written to another buffer.</summary>
    public void Add(ReadOnlySpan<byte> rows) => _bytes.Write(rows);

    public void Short(int value)
    {
        WriteInt(sizeof(short));
        WriteShort((short)value);
    }

    public void Int(int value)
    {
        WriteInt(sizeof(int));
        WriteInt(value);
    }

    public void Long(long value)
    {
        WriteInt(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }

    public void Uuid(ReadOnlySpan<byte> value)
    {
        WriteInt(value.Length);
        _bytes.Write(value);
    }

    public void NoValue() => WriteInt(Null);

    public void Text(string? value)
    {
        if (value is null)
        {
            NoValue();
            return;
        }

        WriteInt(Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, _bytes);
    }

    public void Json(ReadOnlySpan<byte> value)
    {
        WriteInt(1 + value.Length);
        WriteByte(JsonVersion);
        _bytes.Write(value);
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

    private void WriteByte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    private void WriteShort(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_bytes.GetSpan(sizeof(short)), value);
        _bytes.Advance(sizeof(short));
    }

    private void WriteInt(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(sizeof(int)), value);
        _bytes.Advance(sizeof(int));
    }
}
