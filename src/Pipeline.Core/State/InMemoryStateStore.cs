using System.Collections.Concurrent;

namespace Pipeline.State;

/// <summary>
/// State in the process's memory: the whole contract of <see cref="IStateStore"/> for a single process, with nothing to install. What it holds
/// ends with the process.
/// </summary>
/// <remarks>
/// <para>Thread safe. Every call completes at once, on the caller's thread, but for a watch, whose reports come on the thread pool. Calls on one space take turns
/// for a moment. A space that was listed is kept in order from then on, and a write there costs the logarithm of the number of entries. Only the first listing puts all in
/// order, and other calls on the space wait for it: a second or two where there are a million.</para>
/// <para><b>Clock.</b> Time is measured on the monotonic clock (<see cref="TimeProvider.GetTimestamp"/>) from what the wall clock showed when the store was made, so
/// setting the wall clock touches neither an entry's life nor <see cref="GetTimeAsync"/>.</para>
/// <para><b>Memory.</b> An entry takes about 200 bytes besides its key and value, 50 more where its space was listed. There is no bound: whoever dropped an entry to make
/// room would break a promise, so entries that are not for ever are to have a time to live. Expired ones are swept away by calls on their space, a few each, so there is
/// neither a timer nor a thread, and nothing to dispose: a space holds at most about as many of them as of those that live, and a thousand. At most 1,000 changes wait for
/// the consumer of a watch; of more, it is told <see cref="StateChangeKind.Resync"/>. A space without entries and watches is forgotten only with the store.</para>
/// </remarks>
public sealed class InMemoryStateStore : IStateStore
{
    // Whatever the wall clock shows, an expiry stays within what DateTimeOffset can say.
    private static readonly DateTimeOffset Earliest = new(0100, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(9900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ConcurrentDictionary<string, StateSpace> _spaces = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly DateTimeOffset _origin;

    // Of the store, not of an entry or a space: so no key sees a number twice, however often its entry goes and comes.
    private long _lastVersion;

    /// <summary>Makes an empty store.</summary>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    public InMemoryStateStore(TimeProvider? timeProvider = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        _start = _time.GetTimestamp();
        var now = _time.GetUtcNow();
        _origin = now < Earliest ? Earliest : now > Latest ? Latest : now;
    }

    private DateTimeOffset Now => _origin + _time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public ValueTask<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckKey(key);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<StateEntry?>(cancellationToken)
            : new(Find(key.Space)?.Get(key.Key, Now));
    }

    /// <inheritdoc/>
    public ValueTask<StateWriteResult> CompareAndSetAsync(
        StateKey key,
        ReadOnlyMemory<byte> value,
        long expectedVersion,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        StateArguments.CheckWrite(key, value, expectedVersion, timeToLive);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<StateWriteResult>(cancellationToken);
        }

        var now = Now;
        var entry = new StateEntry(value.ToArray(), Interlocked.Increment(ref _lastVersion), timeToLive is { } time ? now + time : null);
        return new(Get(key.Space).CompareAndSet(key, entry, expectedVersion, now));
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(StateKey key, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckDelete(key, expectedVersion);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<bool>(cancellationToken)
            : new(Find(key.Space)?.Delete(key, expectedVersion, Now) is true);
    }

    /// <inheritdoc/>
    public ValueTask<StatePage> ListAsync(
        string space, string prefix = "", string? after = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckList(space, prefix, after, limit);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<StatePage>(cancellationToken)
            : new(Find(space)?.List(prefix, after, limit, Now) ?? new StatePage([], Next: null));
    }

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<DateTimeOffset>(cancellationToken) : new(Now);

    /// <inheritdoc/>
    public IAsyncEnumerable<StateChange> WatchAsync(string space, string prefix = "", CancellationToken cancellationToken = default)
    {
        StateArguments.CheckWatch(space, prefix);
        return Get(space).WatchAsync(prefix, cancellationToken);
    }

    /// <summary>How many entries are kept in a space, the expired ones among them. For tests.</summary>
    internal int CountKept(string space) => Find(space)?.Count ?? 0;

    /// <summary>How many watches a space has. For tests.</summary>
    internal int CountWatches(string space) => Find(space)?.WatchCount ?? 0;

    private StateSpace? Find(string space) => _spaces.GetValueOrDefault(space);

    private StateSpace Get(string space) => _spaces.GetOrAdd(space, static name => new StateSpace(name));
}
