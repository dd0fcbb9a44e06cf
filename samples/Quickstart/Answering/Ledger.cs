using Pipeline.Telemetry;

namespace Quickstart.Answering;

/// <summary>Reads what the model used and cost.</summary>
internal sealed class Ledger(ITelemetryReader reader, ITelemetrySink sink, TimeProvider time)
{
    // A store that does not answer says so when it is read.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Adds up by tenant; where the telemetry is shared, the calls of every process.</summary>
    /// <param name="since">From when on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<TelemetryReportRow>> ReadAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        await sink.FlushAsync(deadline.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var query = TelemetryQuery.AcrossTenants(since, DateTimeOffset.MaxValue) with { Step = "answer", GroupBy = TelemetryGrouping.Tenant };
        return (await reader.SummarizeAsync(query, cancellationToken)).Rows;
    }
}
