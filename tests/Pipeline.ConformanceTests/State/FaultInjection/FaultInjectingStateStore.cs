using System.Runtime.CompilerServices;
using Pipeline.State;

namespace Pipeline.Conformance.State.FaultInjection;

/// <summary>
/// A state store between an application and its backend that lets calls fail before or after they took effect, holds them up, or loses reports of watches: for
/// tests of how the application takes it.
/// </summary>
/// <param name="inner">The store that does the work.</param>
/// <param name="faults">The faults to come.</param>
/// <remarks>Thread safe. Optional abilities are those of the inner store, without faults.</remarks>
public sealed class FaultInjectingStateStore(IStateStore inner, StateStoreFaults faults) : IStateStore
{
    /// <inheritdoc />
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability ?? inner.GetCapability<TCapability>();

    /// <inheritdoc />
    public ValueTask<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckKey(key);
        return faults.RunAsync(StateStoreCall.Get, () => inner.GetAsync(key, cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<StateWriteResult> CompareAndSetAsync(
        StateKey key,
        ReadOnlyMemory<byte> value,
        long expectedVersion,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        StateArguments.CheckWrite(key, value, expectedVersion, timeToLive);
        return faults.RunAsync(
            StateStoreCall.CompareAndSet,
            () => inner.CompareAndSetAsync(key, value, expectedVersion, timeToLive, cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> DeleteAsync(StateKey key, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckDelete(key, expectedVersion);
        return faults.RunAsync(StateStoreCall.Delete, () => inner.DeleteAsync(key, expectedVersion, cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<StatePage> ListAsync(
        string space, string prefix = "", string? after = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckList(space, prefix, after, limit);
        return faults.RunAsync(StateStoreCall.List, () => inner.ListAsync(space, prefix, after, limit, cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken = default) =>
        faults.RunAsync(StateStoreCall.GetTime, () => inner.GetTimeAsync(cancellationToken), cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<StateChange> WatchAsync(string space, string prefix = "", CancellationToken cancellationToken = default)
    {
        StateArguments.CheckWatch(space, prefix);
        return WatchWithLossesAsync(space, prefix, cancellationToken);
    }

    private async IAsyncEnumerable<StateChange> WatchWithLossesAsync(
        string space, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in inner.WatchAsync(space, prefix, cancellationToken))
        {
            switch (faults.TakeLoss())
            {
                case > 1:
                    break;
                case 1:
                    yield return new StateChange(StateChangeKind.Resync);
                    break;
                default:
                    yield return change;
                    break;
            }
        }
    }
}
