using Pipeline.Redis.Fixtures;
using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Pipeline.Redis.Fixtures." + nameof(LongestFirst), "Pipeline.Redis.Tests")]

namespace Pipeline.Redis.Fixtures;

/// <summary>Begins with the suites that wait for a server's clock most of the time, so that the others run while they wait.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Order = ["RedisQueueSlowNodeConformance", "RedisCache", "RedisTaskTracker", "RedisQueue", "RedisIdempotency", "RedisStateFault", "RedisRateLimiter"];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(RankOf);

    private static int RankOf(ITestCollection collection)
    {
        var rank = Array.FindIndex(Order, name => collection.DisplayName.Contains(name, StringComparison.Ordinal));
        return rank < 0 ? Order.Length : rank;
    }
}
