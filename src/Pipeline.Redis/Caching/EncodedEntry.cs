namespace Pipeline.Caching;

/// <summary>An entry as it is stored.</summary>
/// <param name="Bytes">The envelope with the value.</param>
/// <param name="Life">After how many milliseconds the server drops it, if nobody reads it.</param>
internal readonly record struct EncodedEntry(byte[] Bytes, long Life)
{
    /// <summary>Encodes an entry that is stored now.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="now">The server's time, in whole milliseconds.</param>
    public static EncodedEntry Of(in CacheEntry entry, DateTimeOffset now)
    {
        var envelope = CacheEnvelope.Create(entry.Options, now);
        return new(envelope.ToArray(entry.Value), (envelope.KeepUntilIfUsedAt(now) - now).Ticks / TimeSpan.TicksPerMillisecond);
    }
}
