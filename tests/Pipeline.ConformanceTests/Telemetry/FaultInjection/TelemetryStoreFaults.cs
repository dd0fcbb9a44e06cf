using System.Collections.Concurrent;
using Pipeline.Telemetry;

namespace Pipeline.Conformance.Telemetry.FaultInjection;

/// <summary>The faults that are to come: what the test of an application writes, and <see cref="FaultInjectingTelemetryStore"/> reads.</summary>
/// <remarks>Thread safe. Faults of one call happen in the order in which they were asked for.</remarks>
public sealed class TelemetryStoreFaults() : CallFaults<TelemetryStoreCall>("telemetry store")
{
    private readonly ConcurrentDictionary<Guid, bool> _poisoned = new();

    /// <summary>Lets every batch with a record be refused from now on, as one whose backend cannot take the record.</summary>
    /// <param name="id">The record's id.</param>
    public void Poison(Guid id) => _poisoned[id] = true;

    internal void ThrowIfPoisoned(ReadOnlySpan<TelemetryRecord> records)
    {
        foreach (ref readonly var record in records)
        {
            if (_poisoned.ContainsKey(record.Id))
            {
                throw new TelemetryBatchRefusedException("A record of the batch is poisoned.");
            }
        }
    }
}
