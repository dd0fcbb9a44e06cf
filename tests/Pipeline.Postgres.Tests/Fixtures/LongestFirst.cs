using Pipeline.Postgres.Fixtures;
using Xunit;

[assembly: TestCollectionOrderer("Pipeline.Postgres.Fixtures." + nameof(LongestFirst), "Pipeline.Postgres.Tests")]

namespace Pipeline.Postgres.Fixtures;

public sealed class LongestFirst() : LongestFirstOrderer(
    "PostgresVectorIndexSlowNode", "PostgresQueueSlowNode", "PostgresRateLimiterManualClock", "PostgresVectorIndex", "PostgresQueue", "PostgresLearningStore", "PostgresRateLimiter",
    "PostgresCache", "PostgresTaskTracker", "PostgresTelemetry");
