using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>A copy in serialised form: of a type whose values could be changed by whoever gets one.</summary>
internal sealed class PayloadEntry<T> : LocalEntry<T>
{
    private readonly byte[]? _payload;
    private readonly IHybridCacheSerializer<T> _serializer;

    /// <param name="key">The key.</param>
    /// <param name="payload">The value as its serializer wrote it; <see langword="null"/> for a null value.</param>
    /// <param name="origin">What it took to make the value; <see langword="null"/> where that is not known.</param>
    /// <param name="serializer">The serializer.</param>
    /// <param name="tags">The tags.</param>
    /// <param name="born">The version at which the making began.</param>
    /// <param name="times">Until when the copy is good for what.</param>
    public PayloadEntry(
        string key, byte[]? payload, ValueOrigin? origin, IHybridCacheSerializer<T> serializer, EntryTags tags, long born, in EntryTimes times)
        : base(key, payload?.Length ?? 0, origin, tags, born, times)
    {
        _payload = payload;
        _serializer = serializer;
    }

    public override T Read() => _payload is null ? default! : _serializer.Deserialize(new ReadOnlySequence<byte>(_payload));

    public override FlightAnswer<T> ToAnswer(CacheOutcome outcome) =>
        _payload is null
            ? FlightAnswer<T>.Of(default!, payload: null, outcome, Origin)
            : FlightAnswer<T>.OfPayload(_payload, _serializer, outcome, Origin);
}
