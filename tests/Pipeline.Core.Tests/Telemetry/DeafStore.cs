namespace Pipeline.Telemetry;

/// <summary>A store that goes on whatever it is told.</summary>
internal sealed class DeafStore(ITelemetryStore inner) : ITelemetryStore
{
    public string Name => inner.Name;

    public ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(records, CancellationToken.None);
}
