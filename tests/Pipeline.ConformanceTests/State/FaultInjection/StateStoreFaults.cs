namespace Pipeline.Conformance.State.FaultInjection;

/// <summary>The faults that are to come: what the test of an application writes, and <see cref="FaultInjectingStateStore"/> reads.</summary>
/// <remarks>Thread safe. Faults of one call happen in the order in which they were asked for.</remarks>
public sealed class StateStoreFaults() : CallFaults<StateStoreCall>("state store")
{
    private int _reportsToLose;

    /// <summary>
    /// Lets watches lose the next reports, as by a connection that was cut: none of them arrives, and in place of the last comes a
    /// <see cref="Pipeline.State.StateChangeKind.Resync"/>.
    /// </summary>
    /// <param name="count">How many, 1 or more.</param>
    public void LoseReports(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Interlocked.Exchange(ref _reportsToLose, count);
    }

    /// <returns>How many reports were still to be lost, this one included; 0 or less for none.</returns>
    internal int TakeLoss() => Volatile.Read(ref _reportsToLose) > 0 ? Interlocked.Decrement(ref _reportsToLose) + 1 : 0;
}
