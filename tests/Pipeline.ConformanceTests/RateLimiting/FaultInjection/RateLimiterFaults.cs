namespace Pipeline.Conformance.RateLimiting.FaultInjection;

/// <summary>The faults that are to come: what the test of an application writes, and <see cref="FaultInjectingRateLimiter"/> reads.</summary>
/// <remarks>Thread safe. Faults of one call happen in the order in which they were asked for.</remarks>
public sealed class RateLimiterFaults() : CallFaults<RateLimiterCall>("rate limiter");
