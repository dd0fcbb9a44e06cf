using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>Takes a cache backend for the framework's distributed cache, and the other way round.</summary>
public static class CacheBackendExtensions
{
    /// <summary>What the keys of <see cref="AsCacheBackend"/> begin with unless another beginning is given: <c>pipeline:</c>.</summary>
    public const string DefaultKeyPrefix = "pipeline:";

    /// <summary>The greatest length of a key prefix, in bytes of UTF-8: 128.</summary>
    public const int MaxKeyPrefixBytes = 128;

    /// <summary>Serves the framework's distributed cache from a cache backend.</summary>
    /// <param name="backend">The backend. It is not disposed with the adapter.</param>
    /// <param name="timeProvider">The clock by which an absolute expiry is turned into a duration; <see langword="null"/> for the system's.</param>
    /// <returns>The distributed cache. Thread safe.</returns>
    /// <remarks>
    /// <para>Keys are those of the backend: 1 to 512 bytes of UTF-8 without control characters. They share its one key space with whoever else
    /// uses the backend.</para>
    /// <para>An entry lives until its absolute expiry, relative or not (the earlier counts where both are given), and with a sliding expiry
    /// not longer than that after it was stored, read or refreshed last; without either, for 3,650 days. Longer durations are shortened
    /// to that, shorter ones than a millisecond are rounded up. An absolute expiry that is past is an
    /// <see cref="ArgumentOutOfRangeException"/>.</para>
    /// <para>The methods that are not asynchronous block the thread until the backend has answered, since the interface has them. Where
    /// threads are scarce, do not use them.</para>
    /// </remarks>
    public static IBufferDistributedCache AsDistributedCache(this ICacheBackend backend, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return new BackendDistributedCache(backend, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Makes a cache backend of the framework's distributed cache.</summary>
    /// <param name="cache">The distributed cache. It is not disposed with the adapter.</param>
    /// <param name="keyPrefix">
    /// What all keys begin with, so that they meet no other's in the same distributed cache: at most <see cref="MaxKeyPrefixBytes"/> bytes
    /// of UTF-8 without control characters. All processes that share the entries must give the same.
    /// </param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <returns>The backend. Thread safe.</returns>
    /// <remarks>
    /// <para>All promises of <see cref="ICacheBackend"/> hold within one process. Across processes a distributed cache cannot keep these, since
    /// it can only read, write and remove:</para>
    /// <list type="bullet">
    /// <item>Time is this process's clock. Entries are as fresh as the machines' clocks agree.</item>
    /// <item><see cref="ICacheBackend.TryAddAsync"/> reads and then writes: of calls by several processes at the same moment, more than one
    /// may store, and the last stands. <see cref="ICacheBackend.RemoveAsync"/> may return <see langword="true"/> to more than one.</item>
    /// <item>The generation of a tag is read, raised and written back. An invalidation always outdates the entries whose generations were read
    /// before it began, as long as the machines' clocks agree to within the time between two invalidations of a tag.</item>
    /// <item>A counter that was lost begins anew from the clock, so that clocks which differ could make an entry of the lost one valid.</item>
    /// </list>
    /// <para>There is no <see cref="ICacheInvalidationFeed"/> and no <see cref="ICacheFillLeases"/>: every read of an entry with tags reads
    /// their counters too, all at once, which is a round trip more, and so is the last use of a sliding entry. Reading and writing several
    /// is one call for each, all sent together. A tag's counter is dropped when it was not read for 30 days; its entries are invalid then.</para>
    /// <para>An exception of the distributed cache, or no answer within 5 seconds, is a <see cref="BackendUnavailableException"/>. What is stored
    /// is described in <c>docs/formats.md</c>, "Cache in a distributed cache, version 1".</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="keyPrefix"/> is too long or holds a control character.</exception>
    public static ICacheBackend AsCacheBackend(this IDistributedCache cache, string keyPrefix = DefaultKeyPrefix, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(keyPrefix);
        ThrowIfInvalidPrefix(keyPrefix, nameof(keyPrefix));
        return new DistributedCacheBackend(cache, keyPrefix, timeProvider ?? TimeProvider.System);
    }

    internal static void ThrowIfInvalidPrefix(string keyPrefix, string argument)
    {
        if (keyPrefix.Length > 0)
        {
            StoredName.ThrowIfInvalid(keyPrefix, argument);
        }

        if (Encoding.UTF8.GetByteCount(keyPrefix) > MaxKeyPrefixBytes)
        {
            throw new ArgumentException($"What keys would begin with is longer than {MaxKeyPrefixBytes} bytes of UTF-8. Shorten it.", argument);
        }
    }
}
