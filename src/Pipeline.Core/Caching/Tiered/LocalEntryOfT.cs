using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>A copy of a value of a known type.</summary>
internal abstract class LocalEntry<T> : LocalEntry
{
    protected LocalEntry(string key, long valueBytes, ValueOrigin? origin, EntryTags tags, long born, in EntryTimes times)
        : base(key, valueBytes, origin, tags, born, times)
    {
    }

    /// <summary>Keeps a value as its type allows.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="payload">The value as its serializer wrote it; <see langword="null"/> for a null value, or where the object itself is kept.</param>
    /// <param name="bytes">How long the serialised value is, or would be.</param>
    /// <param name="origin">What it took to make the value; <see langword="null"/> where that is not known.</param>
    /// <param name="serializer">The serializer; <see langword="null"/> only where the object itself is kept.</param>
    /// <param name="tags">The tags.</param>
    /// <param name="born">The version at which the making began.</param>
    /// <param name="times">Until when the copy is good for what.</param>
    public static LocalEntry<T> Of(
        string key,
        T value,
        byte[]? payload,
        long bytes,
        ValueOrigin? origin,
        IHybridCacheSerializer<T>? serializer,
        EntryTags tags,
        long born,
        in EntryTimes times) =>
        ValueKind<T>.IsImmutable
            ? new ValueEntry<T>(key, value, value is string text ? CostOfString(text) : bytes, origin, tags, born, times)
            : new PayloadEntry<T>(key, payload, origin, serializer!, tags, born, times);

    /// <summary>The value for one caller, who may do with it as with one of its own.</summary>
    public abstract T Read();

    /// <summary>The value for all callers of a flight.</summary>
    public abstract FlightAnswer<T> ToAnswer(CacheOutcome outcome);
}
