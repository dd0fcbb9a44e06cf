using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Learning;

/// <summary>
/// Identifies a learning. It follows from the learning's tenant, run and content, so that recording one twice writes it once, on every backend.
/// </summary>
/// <remarks>
/// <para>
/// A UUID of version 8 (RFC 9562, section 5.8): the first 16 bytes of a SHA-256, with the version and variant bits set. The hash is taken over
/// <c>pipeline.learning/1</c> in ASCII, then tenant, run id, collection, step, agent, severity (its number, in decimal digits), finding, the number
/// of interventions (in decimal digits) and each intervention in order. Each of these is its length in bytes of UTF-8 as a 32-bit big-endian integer,
/// followed by the bytes; an agent that is missing is the length -1 alone. Text is taken as it is, without Unicode normalisation. Times, attributes
/// and embedding take no part.
/// </para>
/// <para>Immutable, hence thread safe. Ids are ordered as their 16 bytes are, which is how PostgreSQL orders UUIDs.</para>
/// </remarks>
/// <param name="Value">The id as a UUID.</param>
public readonly record struct LearningId(Guid Value) : IComparable<LearningId>
{
    private const int MissingLength = -1;
    private const int IdLength = 16;
    private const int VersionOctet = 6;
    private const int VariantOctet = 8;

    /// <summary>Compares two ids by their order.</summary>
    /// <param name="left">The one id.</param>
    /// <param name="right">The other id.</param>
    /// <returns>Whether the one is before the other.</returns>
    public static bool operator <(LearningId left, LearningId right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="op_LessThan"/>
    /// <returns>Whether the one is before the other, or is the same.</returns>
    public static bool operator <=(LearningId left, LearningId right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="op_LessThan"/>
    /// <returns>Whether the one is after the other.</returns>
    public static bool operator >(LearningId left, LearningId right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="op_LessThan"/>
    /// <returns>Whether the one is after the other, or is the same.</returns>
    public static bool operator >=(LearningId left, LearningId right) => left.CompareTo(right) >= 0;

    /// <summary>Computes the id of a learning.</summary>
    /// <param name="record">The learning.</param>
    /// <returns>The id.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="record"/> is <see langword="null"/>.</exception>
    public static LearningId Of(LearningRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write("pipeline.learning/1"u8);
        Append(bytes, record.Tenant);
        Append(bytes, record.RunId);
        Append(bytes, record.Collection);
        Append(bytes, record.Step);
        Append(bytes, record.Agent);
        Append(bytes, record.Severity.ToString("D"));
        Append(bytes, record.Finding);
        Append(bytes, record.Interventions.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var intervention in record.Interventions)
        {
            Append(bytes, intervention);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.WrittenSpan, hash);
        hash[VersionOctet] = (byte)((hash[VersionOctet] & 0x0F) | 0x80);
        hash[VariantOctet] = (byte)((hash[VariantOctet] & 0x3F) | 0x80);
        return new LearningId(new Guid(hash[..IdLength], bigEndian: true));
    }

    /// <summary>Reads an id.</summary>
    /// <param name="text">The id as <see cref="ToString"/> writes it; upper-case digits are read, too.</param>
    /// <param name="id">The id, or the default value.</param>
    /// <returns>Whether <paramref name="text"/> is an id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out LearningId id)
    {
        var isId = Guid.TryParseExact(text, "D", out var value);
        id = new LearningId(value);
        return isId;
    }

    /// <inheritdoc/>
    public int CompareTo(LearningId other) => Value.CompareTo(other.Value);

    /// <summary>Writes the id.</summary>
    /// <returns>32 lower-case hexadecimal digits in groups of 8-4-4-4-12.</returns>
    public override string ToString() => Value.ToString("D");

    private static void Append(ArrayBufferWriter<byte> bytes, string? text)
    {
        var length = text is null ? MissingLength : Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(sizeof(int)), length);
        bytes.Advance(sizeof(int));
        if (text is not null)
        {
            Encoding.UTF8.GetBytes(text, bytes);
        }
    }
}
