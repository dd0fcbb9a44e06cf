namespace Pipeline.RateLimiting;

/// <summary>Rate limits of the HTTP edge.</summary>
/// <remarks>Bound from <c>RateLimits</c> of the edge's section. Read once, at start.</remarks>
public sealed class HttpRateLimitOptions
{
    /// <summary>
    /// The limit of every endpoint that names none: <c>100/60</c> for 100 in any 60 seconds, or <c>off</c> (<see cref="RateLimitRule.Parse"/>). All such endpoints
    /// share one budget, unless <see cref="DefaultPartition"/> says <c>endpoint</c>. Default: <c>off</c>.
    /// </summary>
    public string Default { get; set; } = "off";

    /// <summary>
    /// Who shares a budget of <see cref="Default"/>: <c>key</c>, <c>tenant</c>, <c>user</c>, <c>address</c>, <c>endpoint</c> or <c>everyone</c>, or several with
    /// <c>+</c> between them. Default: <c>key</c>, and so the address of a caller without one.
    /// </summary>
    public string DefaultPartition { get; set; } = "key";

    /// <summary>
    /// What the limit of <see cref="Default"/> says while the limiter's backend cannot be reached. <see cref="RateLimitFallback.Local"/> needs
    /// <see cref="DefaultLocalShare"/>. Default: <see cref="RateLimitFallback.Deny"/>.
    /// </summary>
    public RateLimitFallback DefaultOnUnavailable { get; set; }

    /// <summary>How much of <see cref="Default"/> this process grants by itself while the backend cannot be reached. Default: none.</summary>
    public long? DefaultLocalShare { get; set; }

    /// <summary>
    /// Other limits for policies that are declared in code (<c>AddRateLimit</c>), by their names: <c>100/60</c> or <c>off</c>. The rule becomes a sliding window,
    /// whatever it was, and keeps its name and what it says while the backend is away. Default: empty.
    /// </summary>
    public IDictionary<string, string> Policies { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether responses tell of the limit: <c>X-RateLimit-Limit</c>, <c>X-RateLimit-Remaining</c>, <c>X-RateLimit-Mode</c>, <c>RateLimit-Policy</c> and
    /// <c>RateLimit</c>. A refusal has its <c>Retry-After</c> in any case. Default: <see langword="true"/>.
    /// </summary>
    public bool SendHeaders { get; set; } = true;
}
