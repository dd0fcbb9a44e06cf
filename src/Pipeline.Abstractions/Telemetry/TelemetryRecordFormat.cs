using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Pipeline.Telemetry;

/// <summary>
/// A telemetry record as bytes, for stores that keep it so and for the spill: version 1 of the format that <c>docs/formats.md</c> lays out.
/// </summary>
/// <remarks>
/// For the authors of backends. The bytes carry no version of their own: what they are stored in does. Thread safe.
/// </remarks>
public static class TelemetryRecordFormat
{
    /// <summary>How many bytes stand before the first name.</summary>
    public const int FixedBytes = 140;

    /// <summary>The longest record there is: six names and 32 attributes of the greatest length.</summary>
    public const int MaxBytes = FixedBytes + (6 * MaxNameBytes) + 1 + (TelemetryAttributes.MaxCount * 2 * MaxNameBytes);

    private const int MaxNameBytes = sizeof(ushort) + Backends.StoredName.MaxBytes;
    private const int IdBytes = 16;
    private const int DecimalBytes = 16;
    private const byte HasCost = 1;
    private const byte HasCorrection = 2;

    /// <summary>Writes a valid record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="target">Takes the bytes; <see cref="MaxBytes"/> are enough for any record.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(in TelemetryRecord record, Span<byte> target)
    {
        record.Id.TryWriteBytes(target, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], (record.Time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], record.Duration.Ticks);
        target[32] = (byte)record.Outcome;
        target[33] = (byte)record.Cache;
        target[34] = (byte)record.Lane;
        target[35] = (byte)((record.Cost is null ? 0 : HasCost) | (record.CorrectionOf is null ? 0 : HasCorrection));
        BinaryPrimitives.WriteInt64LittleEndian(target[36..], record.Usage.UncachedInput);
        BinaryPrimitives.WriteInt64LittleEndian(target[44..], record.Usage.CachedInput);
        BinaryPrimitives.WriteInt64LittleEndian(target[52..], record.Usage.CacheWrite);
        BinaryPrimitives.WriteInt64LittleEndian(target[60..], record.Usage.Output);
        BinaryPrimitives.WriteInt64LittleEndian(target[68..], record.Usage.Reasoning);
        WriteDecimal(record.Cost ?? 0, target[76..]);
        WriteDecimal(record.CostAvoided, target[92..]);
        record.TraceId.CopyTo(target.Slice(108, IdBytes));
        (record.CorrectionOf ?? Guid.Empty).TryWriteBytes(target[124..], bigEndian: true, out _);

        var rest = target[FixedBytes..];
        WriteName(record.Step, ref rest);
        WriteName(record.Tenant, ref rest);
        WriteName(record.Model, ref rest);
        WriteName(record.RequestId, ref rest);
        WriteName(record.PriceTableVersion, ref rest);
        WriteName(record.ErrorType, ref rest);
        WriteAttributes(record.Attributes, ref rest);
        return target.Length - rest.Length;
    }

    /// <summary>Reads a record.</summary>
    /// <param name="source">The bytes of one record.</param>
    /// <param name="record">The record.</param>
    /// <returns>Whether the bytes are a record, from the first to the last.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out TelemetryRecord record)
    {
        try
        {
            record = Read(source);
            return record.IsValid;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or IndexOutOfRangeException or OverflowException)
        {
            // A value that no record can have, or bytes that end too soon.
            record = default;
            return false;
        }
    }

    private static TelemetryRecord Read(ReadOnlySpan<byte> source)
    {
        var rest = source[FixedBytes..];
        var flags = source[35];
        var record = new TelemetryRecord
        {
            Id = new Guid(source[..IdBytes], bigEndian: true),
            Time = DateTimeOffset.UnixEpoch.AddTicks(checked(BinaryPrimitives.ReadInt64LittleEndian(source[16..]) * TimeSpan.TicksPerMicrosecond)),
            Duration = new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(source[24..])),
            Outcome = (CallOutcome)source[32],
            Cache = (CacheOutcome)source[33],
            Lane = (TelemetryLane)source[34],
            Usage = new TokenUsage
            {
                UncachedInput = BinaryPrimitives.ReadInt64LittleEndian(source[36..]),
                CachedInput = BinaryPrimitives.ReadInt64LittleEndian(source[44..]),
                CacheWrite = BinaryPrimitives.ReadInt64LittleEndian(source[52..]),
                Output = BinaryPrimitives.ReadInt64LittleEndian(source[60..]),
                Reasoning = BinaryPrimitives.ReadInt64LittleEndian(source[68..]),
            },
            Cost = (flags & HasCost) != 0 ? ReadDecimal(source[76..]) : null,
            CostAvoided = ReadDecimal(source[92..]),
            TraceId = ReadTraceId(source.Slice(108, IdBytes)),
            CorrectionOf = (flags & HasCorrection) != 0 ? new Guid(source.Slice(124, IdBytes), bigEndian: true) : null,
            Step = ReadName(ref rest)!,
            Tenant = ReadName(ref rest)!,
            Model = ReadName(ref rest),
            RequestId = ReadName(ref rest),
            PriceTableVersion = ReadName(ref rest),
            ErrorType = ReadName(ref rest),
            Attributes = ReadAttributes(ref rest),
        };
        return rest.IsEmpty && flags <= (HasCost | HasCorrection) ? record : throw new FormatException();
    }

    private static void WriteDecimal(decimal value, Span<byte> target)
    {
        Span<int> parts = stackalloc int[DecimalBytes / sizeof(int)];
        decimal.GetBits(value, parts);
        for (var i = 0; i < parts.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(target[(i * sizeof(int))..], parts[i]);
        }
    }

    private static decimal ReadDecimal(ReadOnlySpan<byte> source)
    {
        Span<int> parts = stackalloc int[DecimalBytes / sizeof(int)];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = BinaryPrimitives.ReadInt32LittleEndian(source[(i * sizeof(int))..]);
        }

        return new decimal(parts);
    }

    private static ActivityTraceId ReadTraceId(ReadOnlySpan<byte> source) =>
        source.ContainsAnyExcept((byte)0) ? ActivityTraceId.CreateFromBytes(source) : default;

    private static void WriteName(string? name, ref Span<byte> rest)
    {
        var length = name is null ? 0 : Encoding.UTF8.GetBytes(name, rest[sizeof(ushort)..]);
        BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)length);
        rest = rest[(sizeof(ushort) + length)..];
    }

    private static string? ReadName(ref ReadOnlySpan<byte> rest)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        var name = length == 0 ? null : Encoding.UTF8.GetString(rest.Slice(sizeof(ushort), length));
        rest = rest[(sizeof(ushort) + length)..];
        return name;
    }

    private static void WriteAttributes(TelemetryAttributes attributes, ref Span<byte> rest)
    {
        rest[0] = (byte)attributes.Count;
        rest = rest[1..];
        for (var i = 0; i < attributes.Count; i++)
        {
            WriteName(attributes[i].Key, ref rest);
            WriteName(attributes[i].Value, ref rest);
        }
    }

    private static TelemetryAttributes ReadAttributes(ref ReadOnlySpan<byte> rest)
    {
        var attributes = new KeyValuePair<string, string>[rest[0]];
        rest = rest[1..];
        for (var i = 0; i < attributes.Length; i++)
        {
            attributes[i] = new(ReadName(ref rest)!, ReadName(ref rest)!);
        }

        return TelemetryAttributes.Create(attributes);
    }
}
