using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>A copy that is the very object: of a type whose values cannot change.</summary>
internal sealed class ValueEntry<T> : LocalEntry<T>
{
    public ValueEntry(string key, T value, long valueBytes, ValueOrigin? origin, EntryTags tags, long born, in EntryTimes times)
        : base(key, valueBytes, origin, tags, born, times) =>
        Value = value;

    public T Value { get; }

    public override T Read() => Value;

    public override FlightAnswer<T> ToAnswer(CacheOutcome outcome) => FlightAnswer<T>.Of(Value, payload: null, outcome, Origin);
}
