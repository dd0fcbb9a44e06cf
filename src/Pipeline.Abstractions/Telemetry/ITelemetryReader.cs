using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>Reads records back: totals, percentiles and cost by step, model, tenant and time.</summary>
/// <remarks>
/// <para>
/// A record shows here once its sink has written it (<see cref="ITelemetrySink.FlushAsync"/>), and counts once however often it was sent.
/// Sums of money and of tokens are exact; a sum of tokens beyond <see cref="long.MaxValue"/> stays there. A store may forget old records (a ring, a
/// capped stream, a retention); <see cref="TelemetryReport.CompleteSince"/> says from when on its answers are whole.
/// </para>
/// <para>
/// A query made by <see cref="TelemetryQuery.ForTenant"/> never sees another tenant's records. Implementations are thread safe.
/// </para>
/// </remarks>
public interface ITelemetryReader
{
    /// <summary>Adds up the records that a query selects, one row a group.</summary>
    /// <param name="query">Which records, and how they are grouped. Without grouping the answer is exactly one row, also over no records.</param>
    /// <param name="cancellationToken">Gives up the query.</param>
    /// <returns>
    /// The rows. Groups without records have none. Ordered by interval, then by cost from high to low, then by step, model and tenant (ordinal, null
    /// first).
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<TelemetryReport> SummarizeAsync(TelemetryQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the single records that a query selects, newest first by their <see cref="TelemetryRecord.Time"/>, corrections among them. Those of one
    /// time come in no promised order.
    /// </summary>
    /// <param name="query">Which records. Grouping and interval are ignored.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>
    /// The records, fetched in pages as they are enumerated. Each is returned at most once; one written during the enumeration may be missing.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>; thrown at once, not on enumeration.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, during the enumeration.</exception>
    IAsyncEnumerable<TelemetryRecord> ReadAsync(TelemetryQuery query, CancellationToken cancellationToken = default);
}
