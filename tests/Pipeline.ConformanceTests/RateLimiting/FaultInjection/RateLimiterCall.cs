namespace Pipeline.Conformance.RateLimiting.FaultInjection;

/// <summary>The calls on a rate limiter in which a fault can be injected.</summary>
public enum RateLimiterCall
{
    /// <summary>A request for a grant.</summary>
    Acquire = 0,

    /// <summary>A settlement.</summary>
    Settle = 1,

    /// <summary>A release.</summary>
    Release = 2,

    /// <summary>A renewal.</summary>
    Renew = 3,

    /// <summary>A question for what would be granted.</summary>
    Peek = 4,

    /// <summary>A reset.</summary>
    Reset = 5,
}
