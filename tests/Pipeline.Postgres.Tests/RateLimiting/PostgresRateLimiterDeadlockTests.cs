using FluentAssertions;
using Pipeline.Postgres.Fixtures;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>Sixteen callers whose requests overlap in every way, while states vanish, are reset, and reservations end.</summary>
public sealed class PostgresRateLimiterDeadlockTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private const int Callers = 16;
    private const int Calls = 60;

    [Fact]
    public async Task They_never_deadlock()
    {
        await using var process = await LimiterProcess.StartAsync(fixture.ConnectionString, TimeSpan.FromMinutes(1));
        RateLimitRule[] rules =
        [
            RateLimitRule.TokenBucket(1_000_000, 1, TimeSpan.FromDays(1)), RateLimitRule.SlidingWindow(1_000_000, TimeSpan.FromMilliseconds(5)), RateLimitRule.PerMonth(1_000_000),
            RateLimitRule.Concurrency(1_000_000, TimeSpan.FromMilliseconds(5)),
        ];
        var ended = 0;

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var i = 0; i < Calls; i++)
            {
                var dimensions = Enumerable.Range(0, random.Next(1, 9)).Select(_ => (Key: $"k{random.Next(4)}", Rule: rules[random.Next(4)])).Distinct().Select(one =>
                    one.Rule.Kind == RateLimitRuleKind.Concurrency || random.Next(2) == 0 ? new RateLimitDimension(one.Key, one.Rule, random.Next(3)) : RateLimitDimension.Estimate(one.Key, one.Rule, 2));
                var decision = await process.Limiter.AcquireAsync(new RateLimitRequest([.. dimensions]));
                decision.IsGranted.Should().BeTrue();
                if (decision.Reservation is { } held)
                {
                    await process.Limiter.RenewAsync(held);
                    Interlocked.Add(ref ended, await process.Limiter.SettleAsync(held, random.Next(5)) ? 1 : 0);
                }

                if (random.Next(5) == 0)
                {
                    await process.Limiter.ResetAsync($"k{random.Next(4)}", rules[random.Next(4)]);
                }

                if (random.Next(5) == 0)
                {
                    await using var command = fixture.Source.CreateCommand("SELECT pipeline.limiter_sweep(pipeline.limiter_now())");
                    await command.ExecuteNonQueryAsync();
                }
            }
        })));

        // The server counts within a second or so; a deadlock is repeated, and so shows only there.
        ended.Should().BePositive();
        await Waiting.UntilAsync(
            async () => (long)(await fixture.Node.ScalarAsync($"SELECT xact_commit FROM pg_stat_database WHERE datname = '{fixture.Database}'"))! > Callers * Calls, "the server to count");
        (await fixture.Node.ScalarAsync($"SELECT deadlocks FROM pg_stat_database WHERE datname = '{fixture.Database}'")).Should().Be(0L);
        await using var left = fixture.Source.CreateCommand(
            "SELECT count(*) FROM (SELECT l.state[1] AS held, (SELECT coalesce(sum(x.cost), 0) FROM pipeline.limit_leases x WHERE x.key = l.key) AS leased FROM pipeline.limits l WHERE l.state_id = 'c') c WHERE held <> leased");
        (await left.ExecuteScalarAsync()).Should().Be(0L, "what is held is what the leases say");
    }
}
