using Pipeline.Telemetry;

namespace Pipeline.Conformance.Telemetry;

/// <summary>
/// What a backend's author gives to <see cref="TelemetryStoreConformance"/>: how to open the store. Each test has a store of its own, which is empty.
/// </summary>
public abstract class TelemetryStoreTestStore : IAsyncDisposable
{
    /// <summary>How many generated sequences are run, and from which seed. Default: 25 of 60 operations.</summary>
    public virtual GenerationSettings Generation => new();

    /// <summary>Prepares the backend. Called once before the test. The default does nothing.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Opens the store as a process would have it. Opening it twice gives two processes on the same data; a store in memory gives the same
    /// instance. It keeps at least 10,000 records.
    /// </summary>
    /// <returns>The store. It is disposed in <see cref="DisposeAsync"/>.</returns>
    public abstract ValueTask<ITelemetryStore> OpenAsync();

    /// <summary>Disposes what the test used.</summary>
    /// <returns>A task that completes when all is disposed.</returns>
    public abstract ValueTask DisposeAsync();
}
