using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Tests whose figures others would disturb.</summary>
[CollectionDefinition(nameof(RateLimiterAloneCollection), DisableParallelization = true)]
public sealed class RateLimiterAloneCollection;
