using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Extensions.Caching.Distributed;

namespace Pipeline.Caching;

/// <summary>Keeps whole numbers as entries of a distributed cache: the generations of tags, and when sliding entries were used last.</summary>
/// <remarks>A number stands in an envelope of its own, so that it is told from damage and from what others wrote.</remarks>
internal sealed class DistributedNumbers(DistributedStore store, TimeProvider time)
{
    /// <summary>Reads a number.</summary>
    /// <returns>The number, or <see langword="null"/> if there is none or it cannot be read.</returns>
    public async ValueTask<long?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var buffer = new PooledBuffer();
        var number = await store.GetAsync(key, buffer, cancellationToken).ConfigureAwait(false) ? Parse(buffer.Written.Span) : null;
        buffer.Dispose();
        return number;
    }

    /// <summary>Writes a number.</summary>
    public ValueTask WriteAsync(string key, long number, DistributedCacheEntryOptions options, CancellationToken cancellationToken)
    {
        var payload = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, number);
        var now = time.GetUtcNow();
        var buffer = new PooledBuffer();
        new CacheEnvelope { FreshUntil = now, KeepUntil = now }.Write(buffer, new ReadOnlySequence<byte>(payload));
        return store.SetAsync(key, buffer, options, cancellationToken);
    }

    private static long? Parse(ReadOnlySpan<byte> stored) =>
        CacheEnvelope.TryRead(stored, out _, out var payload) && payload.Length == sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(payload) is > 0 and var number
            ? number
            : null;
}
