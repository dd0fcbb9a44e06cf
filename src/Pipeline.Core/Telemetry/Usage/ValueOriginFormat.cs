using System.Buffers;
using System.Text;
using Pipeline.Backends;
using Pipeline.Internal;

namespace Pipeline.Telemetry;

/// <summary>The bytes of a <see cref="ValueOrigin"/>, as <c>docs/formats.md</c> describes them, "Origin of a value".</summary>
internal static class ValueOriginFormat
{
    private const byte HasModel = 1;
    private const byte HasCost = 2;
    private const byte HasVersion = 4;
    private const byte AllFlags = HasModel | HasCost | HasVersion;
    private const int MaxCountBytes = 9;
    private const int MaxCostBytes = 10;
    private const int MaxLengthBytes = 2;
    private const int MaxNameBytes = 512;

    // The smallest unit of an amount of money, as a part of one.
    private const decimal UnitsPerOne = 1_000_000_000_000m;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Write(IBufferWriter<byte> target, ValueOrigin origin)
    {
        var flags = (origin.Model is null ? 0 : HasModel) | (origin.Cost is null ? 0 : HasCost) | (origin.PriceTableVersion is null ? 0 : HasVersion);
        target.Write([(byte)flags]);
        WriteCount(target, origin.Usage.UncachedInput);
        WriteCount(target, origin.Usage.CachedInput);
        WriteCount(target, origin.Usage.CacheWrite);
        WriteCount(target, origin.Usage.Output);
        WriteCount(target, origin.Usage.Reasoning);
        WriteName(target, origin.Model);
        if (origin.Cost is { } cost)
        {
            Leb128.Write(target, (UInt128)(cost * UnitsPerOne));
        }

        WriteName(target, origin.PriceTableVersion);
    }

    /// <summary>Reads an origin; what comes after it stays unread.</summary>
    /// <exception cref="InvalidDataException">There is no whole origin.</exception>
    public static ValueOrigin Read(ref SequenceReader<byte> reader)
    {
        if (!reader.TryRead(out var flags) || (flags & ~AllFlags) != 0)
        {
            throw Unreadable();
        }

        var usage = new TokenUsage
        {
            UncachedInput = ReadCount(ref reader),
            CachedInput = ReadCount(ref reader),
            CacheWrite = ReadCount(ref reader),
            Output = ReadCount(ref reader),
            Reasoning = ReadCount(ref reader),
        };
        return new ValueOrigin
        {
            Usage = usage,
            Model = (flags & HasModel) == 0 ? null : ReadName(ref reader),
            Cost = (flags & HasCost) == 0 ? null : ReadCost(ref reader),
            PriceTableVersion = (flags & HasVersion) == 0 ? null : ReadName(ref reader),
        };
    }

    private static void WriteCount(IBufferWriter<byte> target, long count) => Leb128.Write(target, (UInt128)count);

    private static void WriteName(IBufferWriter<byte> target, string? name)
    {
        if (name is not null)
        {
            Leb128.Write(target, (UInt128)Strict.GetByteCount(name));
            Strict.GetBytes(name, target);
        }
    }

    private static long ReadCount(ref SequenceReader<byte> reader) =>
        Leb128.TryRead(ref reader, MaxCountBytes, out var count) ? (long)count : throw Unreadable();

    private static decimal ReadCost(ref SequenceReader<byte> reader)
    {
        if (!Leb128.TryRead(ref reader, MaxCostBytes, out var units))
        {
            throw Unreadable();
        }

        var cost = (decimal)units / UnitsPerOne;
        return cost <= TelemetryRecord.MaxCost ? cost : throw Unreadable();
    }

    private static string ReadName(ref SequenceReader<byte> reader)
    {
        if (!Leb128.TryRead(ref reader, MaxLengthBytes, out var length) || length > MaxNameBytes || !reader.TryReadExact((int)length, out var bytes))
        {
            throw Unreadable();
        }

        try
        {
            var name = Strict.GetString(bytes);
            return StoredName.FindProblem(name) is null ? name : throw Unreadable();
        }
        catch (DecoderFallbackException)
        {
            throw Unreadable();
        }
    }

    private static InvalidDataException Unreadable() => new("What is stored with the value of how it was made cannot be read.");
}
