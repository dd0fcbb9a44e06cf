using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>What a flight answers all its callers. Thread safe.</summary>
internal sealed class FlightAnswer<T>
{
    private readonly T _value;
    private readonly byte[]? _payload;
    private readonly IHybridCacheSerializer<T>? _serializer;
    private int _isTaken;

    private FlightAnswer(T value, byte[]? payload, IHybridCacheSerializer<T>? serializer, CacheOutcome outcome, ValueOrigin? origin, bool isTaken)
    {
        _value = value;
        _payload = payload;
        _serializer = serializer;
        Outcome = outcome;
        Origin = origin;
        _isTaken = isTaken ? 1 : 0;
    }

    public CacheOutcome Outcome { get; }

    /// <summary>What it took to make the value; <see langword="null"/> where that is not known.</summary>
    public ValueOrigin? Origin { get; }

    /// <summary>
    /// A value together with its serialised form, if it has one: one caller gets the very object, the others a copy each. Without
    /// one, all get the same object.
    /// </summary>
    public static FlightAnswer<T> Of(
        T value, byte[]? payload, CacheOutcome outcome, ValueOrigin? origin = null, IHybridCacheSerializer<T>? serializer = null) =>
        new(value, payload, serializer, outcome, origin, isTaken: false);

    /// <summary>A value in serialised form: all callers get a copy.</summary>
    public static FlightAnswer<T> OfPayload(byte[] payload, IHybridCacheSerializer<T> serializer, CacheOutcome outcome, ValueOrigin? origin) =>
        new(default!, payload, serializer, outcome, origin, isTaken: true);

    /// <summary>The value for one caller.</summary>
    public T Take() =>
        _payload is null || _serializer is null || Interlocked.Exchange(ref _isTaken, 1) == 0
            ? _value
            : _serializer.Deserialize(new ReadOnlySequence<byte>(_payload));
}
