using Xunit;

namespace Pipeline.Vectors;

/// <summary>Tests that measure memory, which others beside them would disturb.</summary>
[CollectionDefinition(nameof(VectorAloneCollection), DisableParallelization = true)]
public sealed class VectorAloneCollection;
