using System.Globalization;
using FluentAssertions;
using Pipeline.Conformance.RateLimiting.Admissions;
using Pipeline.LimitingProcess;
using Pipeline.Postgres.Servers;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>
/// Eight processes with clocks up to ten minutes apart attack the same limits with random costs, while the server crashes and is started again. What
/// they were granted is judged from their logs.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class PostgresRateLimiterFleetTests
{
    /// <summary>How many statements the server runs in each stage of a test. <c>PIPELINE_LIMITER_CALLS</c> makes it a longer attack.</summary>
    private static readonly long CallsInStage =
        long.TryParse(Environment.GetEnvironmentVariable("PIPELINE_LIMITER_CALLS"), CultureInfo.InvariantCulture, out var calls) ? calls : 1_500;

    [Fact]
    public async Task Nothing_is_granted_beyond_a_limit_though_the_server_crashes_in_the_middle()
    {
        await using var server = await PostgresServer.StartAsync(new() { Durable = true });
        using var fleet = LimitingFleet.Start(await server.CreateDatabaseAsync("fleet"), "fleet");
        await fleet.BegunAsync();
        await GoOnAsync(server);
        await server.StopAsync(PostgresStop.Immediate);
        await server.StartAgainAsync();
        var restarted = DateTime.UtcNow;
        await GoOnAsync(server);
        await server.TerminateBackendsAsync("fleet");
        await GoOnAsync(server);

        var (granted, denials) = await fleet.EndAsync();

        AssertNothingBeyond(granted);
        AssertAttacked(granted, denials, restarted);
    }

    /// <summary>Lets the attack go on until the server has run so many statements more.</summary>
    private static async Task GoOnAsync(PostgresServer server)
    {
        var before = await StatementsAsync(server);
        await Waiting.UntilAsync(async () => await StatementsAsync(server) >= before + CallsInStage, "the attack to go on");
    }

    private static async Task<long> StatementsAsync(PostgresServer server) =>
        (long)(await server.ScalarAsync("SELECT coalesce(sum(xact_commit), 0)::bigint FROM pg_stat_database WHERE datname = 'fleet'"))!;

    private static void AssertNothingBeyond(IEnumerable<GrantedCost> granted)
    {
        var first = DateTime.UnixEpoch;
        AdmissionChecker.Check(granted.Select(one =>
        {
            var rule = AttackedLimits.Rules[one.Rule];
            return new Admission
            {
                Key = AttackedLimits.Keys[one.Key],
                Rule = rule,
                Amount = one.Amount,
                Began = one.Began - first,
                Ended = one.Ended - first,
                UtcBegan = new DateTimeOffset(one.Began),
                UtcEnded = new DateTimeOffset(one.Ended),
                OrderBegan = one.OrderBegan,
                OrderEnded = one.OrderEnded,
                GivenBack = one.GivenBack,
                EndingBegan = one.EndingBegan,
                HeldUntil = one.Began - first + rule.Window,
            };
        })).Should().BeEmpty();
    }

    /// <summary>An attack that is never denied, or does not go on, shows nothing. A day, once it is exhausted, grants nothing more.</summary>
    private static void AssertAttacked(IReadOnlyList<GrantedCost> granted, long denials, DateTime restarted)
    {
        denials.Should().BeGreaterThan(100);
        foreach (var after in new[] { false, true })
        {
            granted.Where(one => one.Began > restarted == after).Select(one => AttackedLimits.Rules[one.Rule]).Distinct().Should().Contain(
                AttackedLimits.Rules.Where(rule => rule.Kind != RateLimitRuleKind.CalendarDay), after ? "the server granted after its restart" : "and before");
        }
    }
}
