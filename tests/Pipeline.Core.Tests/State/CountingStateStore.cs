namespace Pipeline.State;

/// <summary>Counts the calls on a store, but for those that read its clock.</summary>
internal sealed class CountingStateStore(IStateStore inner) : IStateStore
{
    private int _calls;

    public int Calls => _calls;

    /// <summary>What happens before each write.</summary>
    public Func<StateKey, Task>? BeforeWrite { get; set; }

    /// <summary>What happens after each write.</summary>
    public Func<StateKey, Task>? AfterWrite { get; set; }

    /// <summary>What happens before each deletion.</summary>
    public Func<StateKey, Task>? BeforeDelete { get; set; }

    public void Reset() => _calls = 0;

    public ValueTask<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        return inner.GetAsync(key, cancellationToken);
    }

    public async ValueTask<StateWriteResult> CompareAndSetAsync(
        StateKey key,
        ReadOnlyMemory<byte> value,
        long expectedVersion,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        await (BeforeWrite?.Invoke(key) ?? Task.CompletedTask);
        var written = await inner.CompareAndSetAsync(key, value, expectedVersion, timeToLive, cancellationToken);
        await (AfterWrite?.Invoke(key) ?? Task.CompletedTask);
        return written;
    }

    public async ValueTask<bool> DeleteAsync(StateKey key, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        await (BeforeDelete?.Invoke(key) ?? Task.CompletedTask);
        return await inner.DeleteAsync(key, expectedVersion, cancellationToken);
    }

    public ValueTask<StatePage> ListAsync(
        string space, string prefix = "", string? after = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        return inner.ListAsync(space, prefix, after, limit, cancellationToken);
    }

    public ValueTask<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken = default) => inner.GetTimeAsync(cancellationToken);

    public IAsyncEnumerable<StateChange> WatchAsync(string space, string prefix = "", CancellationToken cancellationToken = default) =>
        inner.WatchAsync(space, prefix, cancellationToken);
}
