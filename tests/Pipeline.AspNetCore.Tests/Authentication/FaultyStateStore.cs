using Pipeline.Backends;
using Pipeline.State;

namespace Pipeline.Authentication;

/// <summary>A store that can be away, and counts what it is asked.</summary>
internal sealed class FaultyStateStore(IStateStore inner) : IStateStore
{
    private int _reads;

    public bool IsAway { get; set; }

    public int Reads => Volatile.Read(ref _reads);

    public ValueTask<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        return IsAway ? throw Away() : inner.GetAsync(key, cancellationToken);
    }

    public ValueTask<StateWriteResult> CompareAndSetAsync(
        StateKey key, ReadOnlyMemory<byte> value, long expectedVersion, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default) =>
        IsAway ? throw Away() : inner.CompareAndSetAsync(key, value, expectedVersion, timeToLive, cancellationToken);

    public ValueTask<bool> DeleteAsync(StateKey key, long? expectedVersion = null, CancellationToken cancellationToken = default) =>
        IsAway ? throw Away() : inner.DeleteAsync(key, expectedVersion, cancellationToken);

    public ValueTask<StatePage> ListAsync(
        string space, string prefix = "", string? after = null, int limit = 100, CancellationToken cancellationToken = default) =>
        IsAway ? throw Away() : inner.ListAsync(space, prefix, after, limit, cancellationToken);

    public ValueTask<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken = default) => inner.GetTimeAsync(cancellationToken);

    public IAsyncEnumerable<StateChange> WatchAsync(string space, string prefix = "", CancellationToken cancellationToken = default) =>
        inner.WatchAsync(space, prefix, cancellationToken);

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => inner.GetCapability<TCapability>();

    private static BackendUnavailableException Away() => new("A store of tests", "anything");
}
