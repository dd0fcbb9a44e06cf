namespace Pipeline.Caching;

/// <summary>
/// An ability of a cache backend: tells its subscribers what any process removed, replaced or invalidated, so that copies kept elsewhere
/// can be dropped.
/// </summary>
/// <remarks>
/// <para>Announced are <see cref="ICacheBackend.RemoveAsync"/>, <see cref="ICacheBackend.InvalidateTagAsync"/>, and entries stored with
/// <see cref="CacheEntryOptions.AnnounceChange"/>; never an entry that expired or was evicted.</para>
/// <para>A notice can come late, twice, or out of order; it is harmless then, since a key notice only drops a copy and generations only
/// grow. What never happens is that a notice is lost in silence: after any gap subscribers get <see cref="CacheInvalidationKind.Resync"/>,
/// and when the backend notices that it no longer hears, <see cref="CacheInvalidationKind.Interrupted"/>. Each backend documents the usual
/// delay and the longest time that a gap can go unnoticed.</para>
/// <para>Implementations are thread safe.</para>
/// </remarks>
public interface ICacheInvalidationFeed
{
    /// <summary>Subscribes a handler.</summary>
    /// <param name="handler">
    /// Takes one notice at a time, on the thread pool. It must return quickly, without waiting for anything: all notices of this
    /// subscription wait for it. An exception that it throws is logged, and the subscription goes on.
    /// </param>
    /// <returns>
    /// The subscription. Disposing of it ends it: no call of <paramref name="handler"/> begins afterwards, though one that runs may still
    /// be running.
    /// </returns>
    /// <remarks>
    /// The call returns at once and never fails for want of a connection: a subscription begins as interrupted, and its first notice is the
    /// <see cref="CacheInvalidationKind.Resync"/> that says it now hears everything. Until then, and between an interruption and the next
    /// resync, a copy may be out of date. A subscription reconnects by itself until it is disposed of.
    /// </remarks>
    IDisposable Subscribe(Action<CacheInvalidation> handler);
}
