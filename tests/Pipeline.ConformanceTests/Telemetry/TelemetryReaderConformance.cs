using Pipeline.Backends;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Conformance.Telemetry;

/// <summary>
/// The promises of <see cref="ITelemetryReader"/> and <see cref="ITelemetryErasure"/>, a fact for each. <see cref="TelemetryConformance"/> and
/// <see cref="TelemetryStoreConformance"/> add those of what is written to: derive from one of them.
/// </summary>
/// <remarks>The facts are bounded by counts, never by time; their time limit only ends a call that hangs.</remarks>
[ConformanceSuiteFor(typeof(ITelemetryReader))]
public abstract partial class TelemetryReaderConformance : IAsyncLifetime
{
    private protected const int TimeLimit = 180_000;

    private protected TelemetryReaderConformance()
    {
    }

    /// <summary>What is written to, and read back from.</summary>
    private protected abstract ICapabilityProvider Target { get; }

    private protected abstract GenerationSettings Generation { get; }

    private protected ITelemetryReader Reader =>
        Target.GetCapability<ITelemetryReader>() ?? throw new InvalidOperationException("What was opened cannot be read back.");

    /// <summary>Prepares the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public abstract Task InitializeAsync();

    /// <summary>Disposes the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store is disposed.</returns>
    public abstract Task DisposeAsync();

    /// <summary>Writes records, and waits until they can be read back.</summary>
    private protected abstract Task WriteAsync(params TelemetryRecord[] records);

    private protected async Task<TelemetryReportRow> TotalAsync(TelemetryQuery query)
    {
        var report = await Reader.SummarizeAsync(query);
        Assert.False(report.IsTruncated);
        return Assert.Single(report.Rows);
    }

    private protected async Task<List<TelemetryRecord>> ReadAsync(TelemetryQuery query)
    {
        List<TelemetryRecord> records = [];
        await foreach (var record in Reader.ReadAsync(query))
        {
            records.Add(record);
        }

        return records;
    }
}
