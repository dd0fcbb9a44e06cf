using Xunit;

namespace Pipeline.Steps;

[CollectionDefinition(nameof(StepAllocationTests), DisableParallelization = true)]
public sealed class StepAllocationCollection;
