using System.Numerics;
using FluentAssertions;
using Xunit;

namespace Pipeline.RateLimiting;

public class TokenBucketStateTests
{
    private static readonly TimeSpan[] Periods =
        [RateLimitRule.MinWindow, TimeSpan.FromMilliseconds(7), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), TimeSpan.FromDays(30), RateLimitRule.MaxWindow];

    [Fact]
    public void Any_charges_and_changed_rules_are_counted_as_in_exact_fractions()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var period = Periods[random.Next(Periods.Length)];
            var rule = Next(random, period);
            var state = new TokenBucketState("key", rule, 0);
            var (missing, charged, now) = (BigInteger.Zero, 0L, 0L);
            for (var i = 0; i < 300; i++)
            {
                now += NextPause(random, rule);
                rule = random.Next(20) == 0 ? Next(random, period) : rule;
                var parts = BigInteger.Max(0, missing - ((BigInteger)rule.RefillAmount * (now - charged)));
                var cost = random.Next(3) == 0 ? rule.Limit : NextAmount(random, rule.Limit);
                var excess = parts + (BigInteger.Max(1, cost) * period.Ticks) - ((BigInteger)rule.Limit * period.Ticks);

                var standing = state.Take(new RateLimitDimension("key", rule, cost), new LimiterMoment(now, 0));

                standing.IsGranted.Should().Be(excess <= 0);
                standing.RetryAfter.Should().Be(standing.IsGranted ? 0 : (long)BigInteger.Min(long.MaxValue, Ceiling(excess, rule.RefillAmount)));
                if (standing.IsGranted && cost > 0)
                {
                    (missing, charged) = (parts + ((BigInteger)cost * period.Ticks), now);
                    parts = missing;
                }

                AssertFigures(standing, parts, rule);
                if (random.Next(30) == 0)
                {
                    var debt = random.Next(4) == 0 ? long.MaxValue : NextAmount(random, rule.Limit) * 3;
                    state.Charge(rule, debt, new LimiterMoment(now, 0));
                    missing = BigInteger.Min((BigInteger)RateLimitRule.MaxCharge * period.Ticks, parts + ((BigInteger)debt * period.Ticks));
                    charged = now;
                }
            }
        }
    }

    [Fact]
    public void What_settlements_leave_charged_keeps_within_the_bound_over_every_interval()
    {
        var givenBack = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var rule = RateLimitRule.TokenBucket(random.Next(1, 60), random.Next(1, 60), TimeSpan.FromMilliseconds(random.Next(1, 4)));
            var history = new BucketLog(rule);
            var now = 0L;
            for (var i = 0; i < 250; i++)
            {
                now += random.Next(3) == 0 ? random.Next((int)rule.Window.Ticks) : 0;
                if (random.Next(2) == 0 || history.Open.Count == 0)
                {
                    history.Take(random.Next((int)rule.Limit) + 1, now);
                }
                else
                {
                    var charge = history.Open[random.Next(history.Open.Count)];
                    givenBack += history.Settle(charge, random.Next((int)charge.Amount + 1), now) ? 1 : 0;
                }
            }

            history.AssertBound();
        }

        // It does give back.
        givenBack.Should().BeGreaterThan(1_000);
    }

    [Fact]
    public void A_reservation_that_is_settled_before_the_next_gives_back_all_that_it_can()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var rule = RateLimitRule.TokenBucket(40, 7, TimeSpan.FromMilliseconds(3));
            var state = new TokenBucketState("key", rule, 0);
            var model = new List<(long Time, BigInteger Parts)>();
            var now = 0L;
            for (var i = 0; i < 100; i++)
            {
                var (reserved, settled) = (random.Next(1, 40), random.Next(0, 40));
                if (!state.Take(RateLimitDimension.Estimate("key", rule, reserved), new LimiterMoment(now, 0)).IsGranted)
                {
                    now += random.Next(20_000);
                    continue;
                }

                var mark = state.LastCharge().Mark;
                var actual = Math.Min(reserved, settled);
                model.Add((now, (BigInteger)actual * rule.Window.Ticks));
                now += random.Next(3) == 0 ? random.Next(60_000) : random.Next(3_000);
                if (actual < reserved)
                {
                    state.GiveBack(rule, mark, reserved - actual, new LimiterMoment(now, 0));
                }

                var standing = state.Judge(new RateLimitDimension("key", rule, 0), new LimiterMoment(now, 0));
                AssertFigures(standing, BucketLog.Replay(model, rule, now), rule);
            }
        }
    }

    [Fact]
    public void Many_open_reservations_cost_little_of_what_could_be_given_back()
    {
        // A bucket that is never full: all that was reserved too much can come back, in any order.
        var rule = RateLimitRule.TokenBucket(1_000_000, 1_000, TimeSpan.FromSeconds(1));
        var (state, random, now) = (new TokenBucketState("key", rule, 0), new Random(1), 0L);
        state.Charge(rule, 500_000, new LimiterMoment(0, 0));
        var marks = new List<long>();
        for (var i = 0; i < 400; i++)
        {
            now += TimeSpan.TicksPerSecond / 10;
            state.Take(RateLimitDimension.Estimate("key", rule, 1_000), new LimiterMoment(now, 0)).IsGranted.Should().BeTrue();
            marks.Add(state.LastCharge().Mark);
        }

        foreach (var mark in marks.OrderBy(_ => random.Next()))
        {
            state.GiveBack(rule, mark, 900, new LimiterMoment(now, 0));
        }

        var left = state.Judge(new RateLimitDimension("key", rule, 0), new LimiterMoment(now, 0)).Remaining;
        left.Should().Be(1_000_000 - 500_000 + 40_000 - (400 * 100));
    }

    private static void AssertFigures(RateLimitStanding standing, BigInteger parts, RateLimitRule rule)
    {
        standing.Remaining.Should().Be((long)BigInteger.Max(0, rule.Limit - Ceiling(parts, rule.Window.Ticks)));
        standing.ResetAfter.Should().Be((long)BigInteger.Min(long.MaxValue, Ceiling(parts, rule.RefillAmount)));
    }

    private static BigInteger Ceiling(BigInteger dividend, BigInteger divisor) => (dividend + divisor - 1) / divisor;

    private static RateLimitRule Next(Random random, TimeSpan period) =>
        RateLimitRule.TokenBucket(1 + NextAmount(random, RateLimitRule.MaxLimit - 1), 1 + NextAmount(random, RateLimitRule.MaxLimit - 1), period);

    /// <summary>Of any magnitude.</summary>
    private static long NextAmount(Random random, long most) => Math.Min(most, random.NextInt64(1L << random.Next(1, 41)));

    private static long NextPause(Random random, RateLimitRule rule) => random.Next(4) switch
    {
        0 => 0,
        1 => random.Next(10),
        2 => random.NextInt64(rule.Window.Ticks),
        _ => (long)BigInteger.Min(TimeSpan.FromDays(100).Ticks, (BigInteger)rule.Window.Ticks * random.NextInt64(1, rule.Limit + 1) / rule.RefillAmount),
    };
}
