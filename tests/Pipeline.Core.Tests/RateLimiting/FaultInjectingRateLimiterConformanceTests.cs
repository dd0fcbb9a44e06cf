using Pipeline.Conformance.RateLimiting;

namespace Pipeline.RateLimiting;

/// <summary>Without a fault, a fault-injecting limiter keeps every promise of what it decorates.</summary>
public sealed class FaultInjectingRateLimiterConformanceTests() : RateLimiterConformance(new FaultInjectingRateLimiterTestStore());
