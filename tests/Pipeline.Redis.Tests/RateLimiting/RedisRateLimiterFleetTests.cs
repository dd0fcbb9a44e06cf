using System.Globalization;
using FluentAssertions;
using Pipeline.Conformance.RateLimiting.Admissions;
using Pipeline.LimitingProcess;
using Pipeline.RateLimiting;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Xunit;

namespace Pipeline.Redis.RateLimiting;

/// <summary>
/// Eight processes with clocks up to ten minutes apart attack the same limits with random costs, while the server forgets its scripts and a replica
/// takes over. What they were granted is judged from their logs.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class RedisRateLimiterFleetTests
{
    /// <summary>How many scripts the server runs in each stage of a test. <c>PIPELINE_LIMITER_CALLS</c> makes it a longer attack.</summary>
    private static readonly long CallsInStage =
        long.TryParse(Environment.GetEnvironmentVariable("PIPELINE_LIMITER_CALLS"), CultureInfo.InvariantCulture, out var calls) ? calls : 4_000;

    private readonly string _prefix = RedisTestClient.NewPrefix();

    [Fact]
    public async Task Nothing_is_granted_beyond_a_limit_though_scripts_are_forgotten_and_a_replica_that_caught_up_is_promoted()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        using var fleet = LimitingFleet.Start($"{pair.Primary.Address},{pair.Replica.Address}", _prefix);
        await fleet.BegunAsync();
        await GoOnAsync(pair.Primary);
        await pair.Primary.ExecuteAsync("SCRIPT", "FLUSH");
        await GoOnAsync(pair.Primary);

        // Nothing is written between the last look at the replica and its promotion.
        var old = pair.Primary;
        await old.ExecuteAsync("CLIENT", "PAUSE", "60000", "WRITE");
        await pair.CatchUpAsync();
        await pair.PromoteAsync();
        var promoted = DateTime.UtcNow;
        await pair.DemoteOldPrimaryAsync();
        await old.ExecuteAsync("CLIENT", "UNPAUSE");
        await GoOnAsync(pair.Primary);

        var (granted, denials) = await fleet.EndAsync();

        AssertNothingBeyond(granted);
        AssertAttacked(granted, denials, promoted);
    }

    [Fact]
    public async Task After_a_crash_no_more_is_granted_beyond_a_limit_than_was_acknowledged_since_the_replica_had_last_caught_up()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        using var fleet = LimitingFleet.Start($"{pair.Primary.Address},{pair.Replica.Address}", _prefix);
        await fleet.BegunAsync();
        await GoOnAsync(pair.Primary);
        var caughtUp = GrantedCost.Now.Order;
        await pair.CatchUpAsync();
        await pair.Primary.KillAsync();
        var crashed = GrantedCost.Now.Order;
        await pair.PromoteAsync();
        var promoted = DateTime.UtcNow;
        await GoOnAsync(pair.Primary);

        var (granted, denials) = await fleet.EndAsync();

        // Only a charge that was acknowledged between these moments can be lost, so all others keep within the limits.
        AssertNothingBeyond(granted.Where(one => one.OrderEnded < caughtUp || one.OrderBegan > crashed));
        AssertAttacked(granted, denials, promoted);
    }

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
    private static void AssertAttacked(IReadOnlyList<GrantedCost> granted, long denials, DateTime promoted)
    {
        denials.Should().BeGreaterThan(100);
        foreach (var after in new[] { false, true })
        {
            granted.Where(one => one.Began > promoted == after).Select(one => AttackedLimits.Rules[one.Rule]).Distinct().Should().Contain(
                AttackedLimits.Rules.Where(rule => rule.Kind != RateLimitRuleKind.CalendarDay), after ? "the new primary grants" : "the old primary granted");
        }
    }

    /// <summary>Lets the attack go on until a server has run so many scripts more.</summary>
    private static async Task GoOnAsync(RedisServer server)
    {
        var before = await ScriptsAsync(server);
        await Waiting.UntilAsync(async () => await ScriptsAsync(server) >= before + CallsInStage, "the attack to go on");
    }

    private static async Task<long> ScriptsAsync(RedisServer server)
    {
        // "calls=123,usec=…"
        var counts = await Task.WhenAll(server.InfoAsync("cmdstat_evalsha"), server.InfoAsync("cmdstat_eval"));
        return counts.OfType<string>().Sum(text => long.Parse(text.Split(',')[0]["calls=".Length..], CultureInfo.InvariantCulture));
    }
}
