using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>A value on its way into the levels, serialised if any level or any other caller needs it so. Not thread safe.</summary>
internal sealed class EncodedValue<T> : IDisposable
{
    private readonly T _value;
    private readonly ValueOrigin? _origin;

    private EncodedValue(T value, ValueOrigin? origin)
    {
        _value = value;
        _origin = origin;
    }

    /// <summary>What goes to the backend; <see langword="null"/> if nothing does.</summary>
    public PooledBuffer? Stored { get; private init; }

    public IHybridCacheSerializer<T>? Serializer { get; private init; }

    /// <summary>The value as its serializer wrote it, for callers who must not share the object; <see langword="null"/> if they may.</summary>
    public byte[]? Payload { get; private init; }

    /// <summary>What the size guard goes by.</summary>
    public long Bytes { get; private init; }

    /// <summary>Serialises a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="origin">What it took to make it; <see langword="null"/> where that is not known.</param>
    /// <param name="serializers">The serializers.</param>
    /// <param name="toBackend">Whether it goes to the backend.</param>
    /// <remarks>Throws what the serializer throws.</remarks>
    public static EncodedValue<T> Of(T value, ValueOrigin? origin, CacheSerializers serializers, bool toBackend)
    {
        if (ValueKind<T>.IsPlain && !toBackend)
        {
            return new(value, origin) { Bytes = value is string text ? Encoding.UTF8.GetByteCount(text) : Unsafe.SizeOf<T>() };
        }

        var serializer = serializers.Get<T>();
        var buffer = new PooledBuffer();
        int header;
        try
        {
            header = TieredValue.Write(value, origin, serializer, buffer);
        }
        catch
        {
            // Whatever threw may hold on to the buffer.
            buffer.Abandon();
            throw;
        }

        return new(value, origin)
        {
            Stored = buffer,
            Serializer = serializer,
            Payload = value is null || ValueKind<T>.IsImmutable ? null : buffer.Written[header..].ToArray(),
            Bytes = buffer.Length - header,
        };
    }

    /// <summary>The value as this process keeps it.</summary>
    public LocalEntry<T> ToEntry(string key, EntryTags tags, long born, in EntryTimes times) =>
        LocalEntry<T>.Of(key, _value, Payload, Bytes, _origin, Serializer, tags, born, times);

    public void Dispose() => Stored?.Dispose();
}
