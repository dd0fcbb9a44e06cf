namespace Pipeline.Telemetry;

/// <summary>A store in memory: what a server would be.</summary>
internal sealed class RingTelemetryStore : ITelemetryStore
{
    private readonly InMemoryTelemetry _ring = new(new TelemetryMemoryOptions { MaxRecords = 200_000, MaxBytes = 1024 * 1024 * 1024 });

    public string Name { get; init; } = "test";

    /// <summary>Is told of each batch.</summary>
    public Action<TelemetryRecord[]>? Wrote { get; set; }

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability ?? _ring as TCapability;

    public ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Wrote?.Invoke(records.ToArray());
        foreach (ref readonly var record in records.Span)
        {
            _ring.TryEmit(record);
        }

        return ValueTask.CompletedTask;
    }

    public async Task<List<TelemetryRecord>> ReadAllAsync()
    {
        List<TelemetryRecord> records = [];
        await foreach (var record in _ring.ReadAsync(TelemetryQuery.AcrossTenants(DateTimeOffset.MinValue, DateTimeOffset.MaxValue)))
        {
            records.Add(record);
        }

        return records;
    }
}
