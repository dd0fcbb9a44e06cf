using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>Small values that must survive a race: read, changed only by who names the current version, expired, watched.</summary>
/// <remarks>
/// <para>
/// Each call concerns one entry, is atomic, and is one round trip; only <see cref="ListAsync"/> concerns several. All callers, in whichever process,
/// see the writes to one entry in the same order; a read that starts after a write has returned sees it, or a later one. There is no order between
/// entries.
/// </para>
/// <para>
/// The store's own clock decides about expiry (the server's, on a shared backend). What has expired is not there: it is neither read nor listed, and a
/// write that names <see cref="StateEntry.NoVersion"/> succeeds. Nothing else vanishes by itself: a store never makes room by dropping an entry.
/// Durability is the backend's, as configured.
/// </para>
/// <para>
/// A version is never given out twice for the same key, not even after the entry was deleted or has expired: who holds a version can never
/// change an entry that was made anew in the meantime.
/// </para>
/// <para>
/// The store knows no tenants: the caller makes the tenant part of the key (<see cref="StateKey.Of"/>). Implementations are thread safe.
/// </para>
/// </remarks>
public interface IStateStore : ICapabilityProvider
{
    /// <summary>Reads an entry.</summary>
    /// <param name="key">The entry's place.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The entry, or <see langword="null"/> where there is none.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is the default value.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken = default);

    /// <summary>Writes an entry if its version is the one that the caller names, and otherwise changes nothing.</summary>
    /// <param name="key">The entry's place.</param>
    /// <param name="value">The new value, at most <see cref="StateEntry.MaxValueBytes"/>. It is not read after the call has completed.</param>
    /// <param name="expectedVersion">
    /// The version of the entry that is to be replaced, or <see cref="StateEntry.NoVersion"/> where there must not be one.
    /// </param>
    /// <param name="timeToLive">
    /// After which time the entry vanishes: 1 millisecond to 3,650 days. Each write sets it anew; <see langword="null"/> means never, whatever it was
    /// before.
    /// </param>
    /// <param name="cancellationToken">Gives up the call; the write takes place, perhaps a while later, or does not.</param>
    /// <returns>The new version, or the entry that stood in the way.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is the default value, or <paramref name="value"/> is too large.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="expectedVersion"/> is negative, or <paramref name="timeToLive"/> is out of range.
    /// </exception>
    /// <exception cref="BackendUnavailableException">
    /// The backend did not answer, and the write may have taken place. To tell, read the entry: a value that holds something of the writer's own
    /// (an owner's token) shows whose write it was.
    /// </exception>
    ValueTask<StateWriteResult> CompareAndSetAsync(
        StateKey key,
        ReadOnlyMemory<byte> value,
        long expectedVersion,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default);

    /// <summary>Deletes an entry, if its version is the one that the caller names.</summary>
    /// <param name="key">The entry's place.</param>
    /// <param name="expectedVersion">The version that is to be deleted, 1 or more; <see langword="null"/> deletes any.</param>
    /// <param name="cancellationToken">Gives up the call; the entry is deleted, perhaps a while later, or is not.</param>
    /// <returns>Whether the call deleted an entry: <see langword="false"/> where there was none, and where its version was another.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is the default value.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expectedVersion"/> is below 1.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and the entry may be deleted. The call may be repeated.</exception>
    ValueTask<bool> DeleteAsync(StateKey key, long? expectedVersion = null, CancellationToken cancellationToken = default);

    /// <summary>Lists the entries of a space in the order of their keys, a page at a time.</summary>
    /// <param name="space">The space.</param>
    /// <param name="prefix">What the listed keys begin with, a tenant and <c>/</c> for instance; empty for all.</param>
    /// <param name="after">Lists only keys that come after this one, which need not be there; <see langword="null"/> for the first page.</param>
    /// <param name="limit">How many entries at most, 1 to <see cref="StateArguments.MaxPageLength"/>.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>
    /// The page. It may be shorter than <paramref name="limit"/>, even empty, and not be the last: <see cref="StatePage.Next"/> tells. It ends early rather than to
    /// hold more than <see cref="StateArguments.MaxPageBytes"/> of values, unless the first alone does.
    /// </returns>
    /// <remarks>
    /// The order is that of the keys' bytes in UTF-8. What is found is not a snapshot: an entry that is there all the while from the first page to the last
    /// is listed once; one that comes or goes meanwhile may be listed or not. The cost is that of the page, whatever else the space holds. A backend that spreads a
    /// space over several servers asks them side by side.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// <paramref name="space"/>, <paramref name="after"/>, or a <paramref name="prefix"/> that is not empty, is not a name (<see cref="StoredName"/>).
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is out of range.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<StatePage> ListAsync(
        string space, string prefix = "", string? after = null, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>Reads the store's own clock, by which <see cref="StateEntry.ExpiresAt"/> is meant.</summary>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The time, in UTC.</returns>
    /// <remarks>
    /// For times inside of values (leases, deadlines) that several processes compare: their own clocks may be minutes apart. Who needs it often measures how
    /// far the own clock is from this one.
    /// </remarks>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken = default);

    /// <summary>Reports the changes in a space, from whichever process they come, this one included.</summary>
    /// <param name="space">The space.</param>
    /// <param name="prefix">What the keys begin with whose changes are reported; empty for all.</param>
    /// <param name="cancellationToken">Ends the watch, by an <see cref="OperationCanceledException"/>.</param>
    /// <returns>An endless sequence.</returns>
    /// <remarks>
    /// <para>
    /// The first element is always <see cref="StateChangeKind.Resync"/>, and comes once the watch stands: who reads after it and then follows
    /// the sequence misses nothing. After a lost connection, and where the consumer is too slow for what changes, another one stands for all that
    /// was missed; what waits for a slow consumer is bounded. An unreachable backend ends no watch. Leaving the enumeration ends it, too.
    /// </para>
    /// <para>
    /// While the connection stands, a change is reported within a second. Reports of one entry come in the order of its changes, but several changes
    /// may be reported as one, and one more than once; what was written shortly before the watch may be among them. An expiry is not reported:
    /// <see cref="StateEntry.ExpiresAt"/> tells it beforehand.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// <paramref name="space"/>, or a <paramref name="prefix"/> that is not empty, is not a name (<see cref="StoredName"/>); thrown at once, not on enumeration.
    /// </exception>
    IAsyncEnumerable<StateChange> WatchAsync(string space, string prefix = "", CancellationToken cancellationToken = default);
}
