using Pipeline.Conformance.Telemetry.FaultInjection;
using Pipeline.Telemetry;

namespace Pipeline.Conformance.Telemetry;

/// <summary>
/// What the author of a sink gives to <see cref="TelemetryConformance"/>: how to make one. Each test has a store of its own, which is empty.
/// </summary>
/// <remarks>The facts never wait for a clock: what a sink does by time, it must do at once when it is flushed.</remarks>
public abstract class TelemetryTestStore : IAsyncDisposable
{
    /// <summary>
    /// The faults that can be injected behind the sink, or <see langword="null"/> where nothing is behind it: the facts that need them are passed over.
    /// A failed write must be repeated without anybody moving a clock.
    /// </summary>
    public virtual TelemetryStoreFaults? Faults => null;

    /// <summary>How many generated sequences are run, and from which seed. Default: 25 of 60 operations.</summary>
    public virtual GenerationSettings Generation => new();

    /// <summary>Prepares the backend. Called once before the test. The default does nothing.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Makes a sink that keeps at least 10,000 records, and which can be read back.</summary>
    /// <returns>The sink. The store disposes it in <see cref="DisposeAsync"/>.</returns>
    public abstract ValueTask<ITelemetrySink> OpenAsync();

    /// <summary>Disposes what the test used.</summary>
    /// <returns>A task that completes when all is disposed.</returns>
    public abstract ValueTask DisposeAsync();
}
