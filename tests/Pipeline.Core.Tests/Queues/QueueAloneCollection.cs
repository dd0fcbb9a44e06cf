using Xunit;

namespace Pipeline.Queues;

/// <summary>Tests whose figures others would disturb.</summary>
[CollectionDefinition(nameof(QueueAloneCollection), DisableParallelization = true)]
public sealed class QueueAloneCollection;
