using Pipeline.Conformance.Caching;

namespace Pipeline.Caching;

/// <summary>Without a fault, a fault-injecting cache keeps every promise of what it decorates.</summary>
public sealed class FaultInjectingCacheConformanceTests() : CacheConformance(new FaultInjectingCacheTestStore());
