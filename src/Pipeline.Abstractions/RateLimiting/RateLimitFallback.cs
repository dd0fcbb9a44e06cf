namespace Pipeline.RateLimiting;

/// <summary>What a rule says while the limiter's backend cannot be reached. Such a decision has <see cref="RateLimitDecision.IsDegraded"/>.</summary>
/// <remarks>
/// In a request with several dimensions each follows its own rule's fallback: a single <see cref="Deny"/> denies the request; else those
/// with <see cref="Local"/> are taken locally, all or none; else the request is granted.
/// </remarks>
public enum RateLimitFallback
{
    /// <summary>Deny. The default.</summary>
    Deny = 0,

    /// <summary>Grant, uncounted.</summary>
    Allow = 1,

    /// <summary>
    /// Count in this process, against its own share of the limit (<see cref="RateLimitRule.LocalShare"/>). If the shares of all processes
    /// add up to the limit, their local grants together keep within it, counted from the beginning of the outage.
    /// </summary>
    Local = 2,
}
