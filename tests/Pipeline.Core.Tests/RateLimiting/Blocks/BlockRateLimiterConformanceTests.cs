using Pipeline.Conformance.RateLimiting;

namespace Pipeline.RateLimiting;

/// <summary>One process with blocks keeps every promise of a limiter.</summary>
public sealed class BlockRateLimiterConformanceTests() : RateLimiterConformance(new BlockRateLimiterTestStore());
