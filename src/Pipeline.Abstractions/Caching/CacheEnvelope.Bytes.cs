using System.Buffers;

namespace Pipeline.Caching;

public readonly partial record struct CacheEnvelope
{
    private const int StackLimit = 512;

    /// <summary>The length of the envelope together with a payload, in bytes.</summary>
    /// <param name="payloadLength">The length of the payload, in bytes.</param>
    /// <returns>The number of bytes that <see cref="Write"/> writes.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="payloadLength"/> is negative.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="payloadLength"/> is greater than <see cref="CacheEntryOptions.MaxValueBytes"/>.
    /// </exception>
    public int GetEncodedLength(long payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        CacheEntry.ThrowIfTooLarge(payloadLength, nameof(payloadLength));
        return CacheEnvelopeHeader.GetLength(this) + (int)payloadLength;
    }

    /// <summary>Writes the envelope and the payload.</summary>
    /// <param name="destination">Where the bytes are written.</param>
    /// <param name="payload">The value, which may be empty.</param>
    /// <exception cref="ArgumentException"><paramref name="payload"/> is longer than <see cref="CacheEntryOptions.MaxValueBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="FreshUntil"/> is before 1970, <see cref="KeepUntil"/> is before <see cref="FreshUntil"/>, or <see cref="SlidingWindow"/>
    /// is out of range.
    /// </exception>
    public void Write(IBufferWriter<byte> destination, ReadOnlySequence<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(destination);
        CacheEntry.ThrowIfTooLarge(payload.Length, nameof(payload));
        var length = CacheEnvelopeHeader.GetLength(this);
        var header = destination.GetSpan(length)[..length];
        CacheEnvelopeHeader.Write(header, this, (int)payload.Length);

        var crc = CacheEnvelopeHeader.StartChecksum(header);
        foreach (var part in payload)
        {
            crc.Append(part.Span);
        }

        CacheEnvelopeHeader.WriteChecksum(header, crc.Value);
        destination.Advance(length);
        foreach (var part in payload)
        {
            destination.Write(part.Span);
        }
    }

    /// <summary>Writes the envelope and the payload into an array of just the right length.</summary>
    /// <param name="payload">The value, which may be empty.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentException"><paramref name="payload"/> is longer than <see cref="CacheEntryOptions.MaxValueBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="Write"/>.</exception>
    public byte[] ToArray(ReadOnlySequence<byte> payload)
    {
        var buffer = new EnvelopeBuffer(GetEncodedLength(payload.Length));
        Write(buffer, payload);
        return buffer.Bytes;
    }

    /// <summary>Reads an envelope.</summary>
    /// <param name="source">What was stored, whole.</param>
    /// <param name="envelope">The envelope.</param>
    /// <param name="payload">The value: the end of <paramref name="source"/>.</param>
    /// <returns>
    /// <see langword="false"/> if <paramref name="source"/> is not, to the last bit, an envelope of a version that can be read: it is
    /// truncated, longer than it says, damaged, foreign, or from a newer version. Never throws.
    /// </returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out CacheEnvelope envelope, out ReadOnlySpan<byte> payload)
    {
        envelope = default;
        payload = default;
        if (!CacheEnvelopeHeader.TryGetLength(source, source.Length, out var length))
        {
            return false;
        }

        var header = source[..length];
        var crc = CacheEnvelopeHeader.StartChecksum(header);
        crc.Append(source[length..]);
        if (crc.Value != CacheEnvelopeHeader.ReadChecksum(header) || !CacheEnvelopeHeader.TryRead(header, out envelope))
        {
            return false;
        }

        payload = source[length..];
        return true;
    }

    /// <inheritdoc cref="TryRead(ReadOnlySpan{byte}, out CacheEnvelope, out ReadOnlySpan{byte})"/>
    public static bool TryRead(ReadOnlySequence<byte> source, out CacheEnvelope envelope, out ReadOnlySequence<byte> payload)
    {
        envelope = default;
        payload = default;
        Span<byte> start = stackalloc byte[CacheEnvelopeHeader.FixedLength];
        if (source.Length < start.Length)
        {
            return false;
        }

        source.Slice(0, start.Length).CopyTo(start);
        if (!CacheEnvelopeHeader.TryGetLength(start, source.Length, out var length))
        {
            return false;
        }

        byte[]? rented = null;
        var header = length <= StackLimit ? stackalloc byte[StackLimit] : (rented = ArrayPool<byte>.Shared.Rent(length));
        header = header[..length];
        source.Slice(0, length).CopyTo(header);
        var rest = source.Slice(length);
        var isRead = IsIntact(header, rest) && CacheEnvelopeHeader.TryRead(header, out envelope);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        payload = isRead ? rest : default;
        return isRead;
    }

    private static bool IsIntact(ReadOnlySpan<byte> header, ReadOnlySequence<byte> payload)
    {
        var crc = CacheEnvelopeHeader.StartChecksum(header);
        foreach (var part in payload)
        {
            crc.Append(part.Span);
        }

        return crc.Value == CacheEnvelopeHeader.ReadChecksum(header);
    }
}
