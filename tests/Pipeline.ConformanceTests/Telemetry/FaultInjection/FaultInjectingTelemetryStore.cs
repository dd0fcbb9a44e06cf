using Pipeline.Telemetry;

namespace Pipeline.Conformance.Telemetry.FaultInjection;

/// <summary>
/// A telemetry store between a sink and its backend that lets writes fail before or after they took effect, holds them up, or refuses some
/// records: for tests of how the application takes it.
/// </summary>
/// <param name="inner">The store that does the work.</param>
/// <param name="faults">The faults to come.</param>
/// <remarks>Thread safe. Optional abilities are those of the inner store, without faults.</remarks>
public sealed class FaultInjectingTelemetryStore(ITelemetryStore inner, TelemetryStoreFaults faults) : ITelemetryStore
{
    /// <inheritdoc />
    public string Name => inner.Name;

    /// <inheritdoc />
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability ?? inner.GetCapability<TCapability>();

    /// <inheritdoc />
    public async ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default) => await faults.RunAsync(
        TelemetryStoreCall.Write,
        async () =>
        {
            faults.ThrowIfPoisoned(records.Span);
            await inner.WriteAsync(records, cancellationToken);
            return true;
        },
        cancellationToken);
}
