using Xunit;

namespace Pipeline.Caching;

/// <summary>Tests whose figures others would disturb.</summary>
[CollectionDefinition(nameof(CacheAloneCollection), DisableParallelization = true)]
public sealed class CacheAloneCollection;
