namespace Pipeline.Idempotency;

/// <summary>How idempotency keys are taken and kept.</summary>
/// <remarks>Bound from <c>Idempotency</c> of the edge's section. Read once, at start.</remarks>
public sealed class HttpIdempotencyOptions
{
    /// <summary>The name of the header. Default: <c>Idempotency-Key</c>.</summary>
    public string Header { get; set; } = "Idempotency-Key";

    /// <summary>
    /// How long a replica that dies keeps others from beginning again, 1 second to 12 hours. It is renewed while the endpoint runs. Default: 1 minute.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an answer is kept where the endpoint does not say, 1 second to 3,650 days. Default: 24 hours.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Names of headers that are kept with an answer, beside <c>Content-Type</c>, <c>Content-Language</c>, <c>Content-Encoding</c>, <c>Content-Disposition</c>, <c>Location</c>,
    /// <c>Link</c>, <c>ETag</c> and <c>Last-Modified</c>. Cookies are never kept. Default: empty.
    /// </summary>
    public IList<string> AdditionalHeaders { get; set; } = [];
}
