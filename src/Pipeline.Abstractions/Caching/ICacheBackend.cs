using System.Buffers;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>A cache of bytes under keys: the storage below a typed cache, in this process or shared by many.</summary>
/// <remarks>
/// <para><b>Every method.</b> Implementations are thread safe. A key or tag is 1 to 512 bytes of UTF-8 without control characters
/// (<see cref="StoredName"/>), anything else an <see cref="ArgumentException"/>; keys and tags are compared ordinally, and a key never
/// collides with an equal tag. A backend that cannot be reached, or does not answer within its deadline, is a
/// <see cref="BackendUnavailableException"/>. A call that is cancelled after it was sent is wholly done or not done at all; where it
/// is done, that may be a while after the caller has gone on. Every call is one round trip to the server unless it says otherwise. Buffers that are handed in are not touched after the returned task has completed,
/// and what awaits it never runs on a thread that a client library needs for its replies.</para>
/// <para><b>Freshness.</b> An entry is fresh until its fresh time, then stale until its keep time, then gone
/// (<see cref="CacheEntryOptions"/>). Times are the backend's: where there is a server, its clock decides, however wrong the
/// clients' clocks are. An entry may vanish earlier, for want of room; what is promised is only what is never returned.</para>
/// <para><b>Tags.</b> Each tag has a generation that grows with each invalidation (<see cref="TagGeneration"/>). An entry is valid as long
/// as none of its tags has a greater generation than the entry carries. An entry that is not valid is never returned, not even as stale. A
/// process may judge by the generations that it knows: it learns at once of its own invalidations, and of others' through the
/// <see cref="ICacheInvalidationFeed"/>, within the feed's delay. A generation that it does not know it reads, which is a round trip more.
/// Without a feed, or while the feed is interrupted, every read is judged by the backend's counters. A counter that the backend lost makes
/// its entries invalid, never valid.</para>
/// <para><b>Stored form.</b> What a backend stores outside the process is a <see cref="CacheEnvelope"/>. What does not parse as one is
/// <see cref="CacheReadStatus.Unreadable"/>: no exception, and the next write replaces it.</para>
/// <para><b>Abilities</b>, found by <see cref="ICapabilityProvider.GetCapability"/>: <see cref="ICacheInvalidationFeed"/> and
/// <see cref="ICacheFillLeases"/>.</para>
/// </remarks>
public interface ICacheBackend : ICapabilityProvider
{
    /// <summary>Reads an entry.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="destination">
    /// Where the value is written, whole, if <see cref="CacheReadResult.IsFound"/>. Otherwise, or if the call fails or is cancelled,
    /// nothing is written.
    /// </param>
    /// <param name="options">Whether a stale entry will do, and whether the tags must be judged by the backend's own counters.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What was found, how long it is good for, and its tags.</returns>
    /// <remarks>
    /// A read that finds a sliding entry fresh extends it. Reading costs one round trip; where
    /// <see cref="CacheReadOptions.RequireFreshTags"/> is asked for, or a tag's generation is not known yet, at most one more, and at most one
    /// more where the process meets a sliding entry for the first time.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<CacheReadResult> TryGetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options = CacheReadOptions.None, CancellationToken cancellationToken = default);

    /// <summary>Reads several entries.</summary>
    /// <param name="keys">The keys. A key may appear more than once.</param>
    /// <param name="destination">
    /// Where the values that were found are written, one directly after the other in the order of <paramref name="keys"/>; each result's
    /// <see cref="CacheReadResult.Length"/> says where the next begins. If the call fails or is cancelled, nothing is written.
    /// </param>
    /// <param name="results">Takes the result for each key, in the same order; at least as long as <paramref name="keys"/>.</param>
    /// <param name="options">As for <see cref="TryGetAsync"/>, for all keys.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when all results stand.</returns>
    /// <remarks>
    /// Each entry is read as by <see cref="TryGetAsync"/>; together they are no snapshot. One round trip for each partition of the
    /// backend that holds any of the keys, all sent together.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// One of <paramref name="keys"/> cannot be stored, or <paramref name="results"/> is shorter than <paramref name="keys"/>.
    /// </exception>
    /// <exception cref="BackendUnavailableException">The backend, or a part of it that holds one of the keys, did not answer.</exception>
    ValueTask GetManyAsync(
        ReadOnlyMemory<string> keys,
        IBufferWriter<byte> destination,
        Memory<CacheReadResult> results,
        CacheReadOptions options = CacheReadOptions.None,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the generations of tags, <em>before</em> the value that will carry them is made.</summary>
    /// <param name="tags">The tags, in any order; duplicates count once. At most <see cref="TagGenerations.MaxTags"/> different ones.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>All the tags with their generations, for <see cref="CacheEntryOptions.Tags"/>.</returns>
    /// <remarks>
    /// A tag that has no counter yet, or no longer, gets one. The answer may come from what this process knows and then be as old as the
    /// feed's delay, but never older than an invalidation that this instance has acknowledged: too old a generation makes the entry
    /// invalid, which is safe. It is never newer than the backend's at the time of the call.
    /// </remarks>
    /// <exception cref="ArgumentException">One of <paramref name="tags"/> cannot be stored, or there are too many.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<TagGenerations> ReadGenerationsAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default);

    /// <summary>Stores an entry, replacing what stands under its key.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="value">
    /// The value, which may be empty. At most <see cref="CacheEntryOptions.MaxValueBytes"/> bytes. It is copied before the task completes.
    /// </param>
    /// <param name="options">How long the entry lives, and the generations of its tags.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the backend has the entry.</returns>
    /// <remarks>
    /// An entry whose tags were invalidated since their generations were read is stored in vain: no reader gets it. Whether it
    /// displaces a valid one is left to the backend. To store the same entry twice is harmless.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored, or <paramref name="value"/> is too large.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The entry may have been stored.</exception>
    ValueTask SetAsync(string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default);

    /// <summary>Stores several entries.</summary>
    /// <param name="entries">The entries. Of several with one key, the last stands.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the backend has all entries.</returns>
    /// <remarks>
    /// Each entry is stored as by <see cref="SetAsync"/>, on its own: if the call fails or is cancelled, any of them may have been stored.
    /// One round trip for each partition of the backend that takes any of them, all sent together.
    /// </remarks>
    /// <exception cref="ArgumentException">One of <paramref name="entries"/> is a default value. Nothing was stored.</exception>
    /// <exception cref="BackendUnavailableException">The backend, or a part of it, did not answer.</exception>
    ValueTask SetManyAsync(ReadOnlyMemory<CacheEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>Stores an entry if there is none under its key. Of any number of concurrent calls, one stores.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="value">The value, as for <see cref="SetAsync"/>.</param>
    /// <param name="options">How long the entry lives, and the generations of its tags.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns><see langword="true"/> if this call stored the entry; <see langword="false"/> if one stands there, which is left as it is.</returns>
    /// <remarks>
    /// An entry stands there if <see cref="TryGetAsync"/> with <see cref="CacheReadOptions.AllowStale"/> would return it: a stale one
    /// counts; one that a tag invalidated, or that is unreadable, does not, and is replaced (which may cost two round trips more). A repeat
    /// after a lost answer may find the caller's own entry and return <see langword="false"/>.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored, or <paramref name="value"/> is too large.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The entry may have been stored.</exception>
    ValueTask<bool> TryAddAsync(string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default);

    /// <summary>Removes an entry and announces that on the feed.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// <see langword="true"/> if a valid entry, fresh or stale, was removed; <see langword="false"/> if nothing stood there. For an entry
    /// that was there and not valid, the one or the other.
    /// </returns>
    /// <remarks>
    /// <para>Once the task has completed, no read that begins afterwards returns the removed entry. A value that somebody is computing
    /// meanwhile from old data can still be stored after the removal; where that matters, give the entry a tag and invalidate the tag.</para>
    /// <para>Announced whatever stood there: another process may hold a copy of an entry that has vanished here.</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The entry may have been removed.</exception>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Invalidates every entry that carries a tag, and announces that on the feed.</summary>
    /// <param name="tag">The tag. No tag has a special meaning to a backend.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the tag's generation has grown.</returns>
    /// <remarks>
    /// <para>Takes the same time however many entries carry the tag. Once the task has completed, no entry whose generations were read
    /// before this call began is returned: by this instance at once, by any reader with <see cref="CacheReadOptions.RequireFreshTags"/> at
    /// once, by others within the feed's delay.</para>
    /// <para>To invalidate twice is harmless, so a call whose answer was lost can be repeated.</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="tag"/> cannot be stored.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The tag may have been invalidated.</exception>
    ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default);
}
