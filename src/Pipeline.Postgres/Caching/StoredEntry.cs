using System.Buffers;
using System.Runtime.InteropServices;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>What a read brought from the server, and what it is.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct StoredEntry
{
    private const int EntryColumn = 0;
    private const int KeepUntilColumn = 1;
    private const int TimeColumn = 2;

    private readonly byte[]? _bytes;
    private readonly int _valueAt;

    private StoredEntry(CacheReadResult result, bool isSliding, byte[]? bytes = null, int valueAt = 0)
    {
        Result = result;
        IsSliding = isSliding;
        _bytes = bytes;
        _valueAt = valueAt;
    }

    /// <summary>The result for a reader who allows stale, before its tags have been judged.</summary>
    public CacheReadResult Result { get; }

    public bool IsSliding { get; }

    public ReadOnlySpan<byte> Value => _bytes.AsSpan(_valueAt);

    /// <summary>Reads a row of <c>get.sql</c> and its sisters.</summary>
    public static StoredEntry Read(NpgsqlDataReader reader)
    {
        var bytes = reader.GetFieldValue<byte[]>(EntryColumn);
        if (!CacheEnvelope.TryRead(bytes, out var envelope, out var value))
        {
            return new(CacheReadResult.Unreadable, isSliding: false);
        }

        // The row says until when it is kept, the envelope only for how long after its fresh time that is.
        var keepUntil = PostgresTime.FromMicroseconds(reader.GetInt64(KeepUntilColumn));
        return new(
            CacheReadResult.Judge(
                keepUntil - (envelope.KeepUntil - envelope.FreshUntil),
                keepUntil,
                PostgresTime.FromMicroseconds(reader.GetInt64(TimeColumn)),
                value.Length,
                envelope.Tags),
            envelope.SlidingWindow is not null,
            bytes,
            bytes.Length - value.Length);
    }

    /// <summary>Writes the value at one go, so that a destination which has no room for it gets nothing.</summary>
    public void CopyTo(IBufferWriter<byte> destination)
    {
        var value = Value;
        if (value.Length > 0)
        {
            value.CopyTo(destination.GetSpan(value.Length));
            destination.Advance(value.Length);
        }
    }
}
