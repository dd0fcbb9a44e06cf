using Pipeline.Conformance.Caching;

namespace Pipeline.Caching;

public sealed class InMemoryCacheConformanceTests() : CacheConformance(new InMemoryCacheTestStore());
