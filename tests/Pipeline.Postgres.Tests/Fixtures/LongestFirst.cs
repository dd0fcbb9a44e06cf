using Pipeline.Postgres.Fixtures;
using Xunit;

[assembly: TestCollectionOrderer("Pipeline.Postgres.Fixtures." + nameof(LongestFirst), "Pipeline.Postgres.Tests")]

namespace Pipeline.Postgres.Fixtures;

public sealed class LongestFirst() : LongestFirstOrderer(
    "PostgresQueueSlowNodeConformance", "PostgresCache", "PostgresTaskTracker", "PostgresQueue", "PostgresIdempotency", "PostgresStateFault", "PostgresRateLimiter");
