using System.Diagnostics.Metrics;

namespace Pipeline.Idempotency;

/// <summary>The instrument of idempotency keys.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class IdempotencyMetrics
{
    private readonly Counter<long> _requests;

    public IdempotencyMetrics(IMeterFactory meters) => _requests = meters.Create("Pipeline").CreateCounter<long>(
        "pipeline.http.idempotency.requests", "{request}", "Requests with an idempotency key, by what became of them.");

    /// <param name="outcome">One of a handful of fixed words.</param>
    public void Count(string outcome) => _requests.Add(1, new KeyValuePair<string, object?>("pipeline.outcome", outcome));
}
