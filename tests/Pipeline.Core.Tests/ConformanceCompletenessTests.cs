using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Conformance;
using Pipeline.Conformance.Queues;
using Pipeline.Learning;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.State;
using Pipeline.Vectors;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline;

public class ConformanceCompletenessTests
{
    [Fact]
    public void Every_role_that_Core_plays_is_held_to_its_promises() =>
        ConformanceCompleteness.FindMissing(typeof(InMemoryQueueProvider).Assembly, GetType().Assembly).Should().BeEmpty();

    [Fact]
    public void A_role_without_a_leaf_is_reported() =>
        ConformanceCompleteness.FindMissing(typeof(InMemoryQueueProvider).Assembly, typeof(QueueConformance).Assembly)
            .Should().BeEquivalentTo([
                typeof(IQueueProvider), typeof(ICacheBackend), typeof(IRateLimiter), typeof(ILearningStore), typeof(IVectorIndex),
                typeof(IStateStore), typeof(IIdempotencyStore), typeof(ITaskTracker), typeof(ITelemetrySink), typeof(ITelemetryReader),
            ]);

    [Fact]
    public void A_role_that_the_backend_does_not_play_needs_no_leaf() =>
        ConformanceCompleteness.FindMissing(typeof(IQueue).Assembly, typeof(IQueue).Assembly).Should().BeEmpty();
}
