using Pipeline.Conformance.RateLimiting;

namespace Pipeline.RateLimiting;

public sealed class InMemoryRateLimiterConformanceTests() : RateLimiterConformance(new InMemoryRateLimiterTestStore());
