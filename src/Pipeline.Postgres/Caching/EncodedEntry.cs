using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>An entry as it is sent to be stored. Durations are in microseconds; they count from the moment at which the server stores it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Bytes">The envelope with the value. Its times count from 1970, as if it were stored then.</param>
/// <param name="KeepFor">After how long the server drops it, if nobody reads it.</param>
/// <param name="SlidingWindow">How long after a read it is fresh; <see langword="null"/> for one whose fresh time does not move.</param>
/// <param name="StaleFor">For a sliding one: how long it is kept after its fresh time.</param>
/// <param name="FreshFor">For a sliding one: how long it is fresh at most.</param>
internal sealed record EncodedEntry(string Key, byte[] Bytes, long KeepFor, long? SlidingWindow, long? StaleFor, long? FreshFor)
{
    public static EncodedEntry Of(in CacheEntry entry)
    {
        var envelope = CacheEnvelope.Create(entry.Options, DateTimeOffset.UnixEpoch);
        var keepFor = PostgresTime.ToMicroseconds(envelope.KeepUntilIfUsedAt(DateTimeOffset.UnixEpoch) - DateTimeOffset.UnixEpoch);
        var bytes = envelope.ToArray(entry.Value);
        return envelope.SlidingWindow is { } window
            ? new(
                entry.Key,
                bytes,
                keepFor,
                PostgresTime.ToMicroseconds(window),
                PostgresTime.ToMicroseconds(envelope.KeepUntil - envelope.FreshUntil),
                PostgresTime.ToMicroseconds(envelope.FreshUntil - DateTimeOffset.UnixEpoch))
            : new(entry.Key, bytes, keepFor, SlidingWindow: null, StaleFor: null, FreshFor: null);
    }
}
