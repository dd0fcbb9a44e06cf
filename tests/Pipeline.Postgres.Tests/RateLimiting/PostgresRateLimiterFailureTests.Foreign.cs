using FluentAssertions;
using Pipeline.Backends;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>States that somebody else wrote, or a later version.</summary>
public sealed partial class PostgresRateLimiterFailureTests
{
    public static TheoryData<string, string> ForeignStates { get; } = new()
    {
        { Window.StateId, "format = 2" },
        { Window.StateId, "state = '{1}'" },
        { Window.StateId, "state = '{1,2,3,4,5}'" },
        { Bucket.StateId, "state = '{1,2}'" },
        { Bucket.StateId, "format = 9" },
        { Month.StateId, "state = '{1,2,3}'" },
        { Slots.StateId, "state = '{1,2}'" },
    };

    [Theory]
    [MemberData(nameof(ForeignStates))]
    public async Task What_the_suite_did_not_write_is_refused_and_left_alone(string stateId, string change)
    {
        var database = await fixture.Node.CreateDatabaseAsync();
        await using var process = await LimiterProcess.StartAsync(database);
        await using var source = Npgsql.NpgsqlDataSource.Create(database);
        var rule = Rules.Single(rule => string.Equals(rule.StateId, stateId, StringComparison.Ordinal));
        await process.Limiter.AcquireAsync(All);
        var before = await ScalarAsync(source, $"UPDATE pipeline.limits SET {change} WHERE state_id = '{stateId}' RETURNING limits::text");

        foreach (var call in new Func<IRateLimiter, Task>[]
        {
            async limiter => await limiter.AcquireAsync(new RateLimitDimension(Key, rule)), async limiter => await limiter.AcquireAsync(All),
            async limiter => await limiter.PeekAsync(new RateLimitDimension(Key, rule)),
        })
        {
            (await process.Limiter.Invoking(call).Should().ThrowAsync<BackendRefusedException>()).Which.Message.Should().Contain("delete that row").And.NotContain("acme");
        }

        (await ScalarAsync(source, $"SELECT limits::text FROM pipeline.limits WHERE state_id = '{stateId}'")).Should().Be(before);
        foreach (var other in Rules.Where(other => other != rule))
        {
            (await process.Limiter.PeekAsync(new RateLimitDimension(Key, other, 0))).Remaining.Should().Be(other == Slots ? 9 : 7);
        }

        await process.Limiter.ResetAsync(Key, rule);
        (await process.Limiter.PeekAsync(new RateLimitDimension(Key, rule, 0))).Remaining.Should().Be(10);
    }

    private static async Task<object?> ScalarAsync(Npgsql.NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
