using FluentAssertions;
using Pipeline.Postgres.Servers;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Postgres.Vectors;

/// <summary>Behind a pooler in transaction mode, where every statement may meet another session.</summary>
public sealed class PostgresVectorPoolerTests
{
    [Fact]
    public async Task Tenants_that_share_two_sessions_stay_apart()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var pooler = await PgBouncerServer.StartAsync(server, sessions: 2);
        await server.CreateDatabaseAsync("pooled");
        await server.ExecuteAsync("CREATE EXTENSION vector; CREATE ROLE tenants LOGIN; GRANT CREATE ON DATABASE pooled TO tenants", "pooled");
        await using var process = VectorProcess.Open($"{pooler.ConnectionString("pooled")};Max Auto Prepare=0;No Reset On Close=true");
        await process.Index.Collections.EnsureAsync(TestVectors.Definition("pooled", dimension: 4));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async number =>
        {
            var scope = new VectorScope("pooled", $"tenant-{number}");
            for (var i = 0; i < 10; i++)
            {
                await process.Index.UpsertAsync(scope, [new VectorItem { Id = $"{number}-{i}", Vector = new float[] { 1, i, 0, 0 } }]);
                var found = await process.Index.SearchAsync(scope, new VectorQuery { Vector = new float[] { 1, i, 0, 0 }, Limit = 100 });
                found.Should().HaveCount(i + 1).And.OnlyContain(match => match.Id.StartsWith($"{number}-", StringComparison.Ordinal));
            }
        }));
    }
}
