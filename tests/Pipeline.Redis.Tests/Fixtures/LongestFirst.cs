using Pipeline.Redis.Fixtures;
using Xunit;

[assembly: TestCollectionOrderer("Pipeline.Redis.Fixtures." + nameof(LongestFirst), "Pipeline.Redis.Tests")]

namespace Pipeline.Redis.Fixtures;

public sealed class LongestFirst() : LongestFirstOrderer(
    "RedisRateLimiterManualClock", "RedisRateLimiterFleet", "RedisTelemetry", "RedisRateLimiter", "RedisQueue", "RedisTaskTracker", "RedisCache", "RedisState");
