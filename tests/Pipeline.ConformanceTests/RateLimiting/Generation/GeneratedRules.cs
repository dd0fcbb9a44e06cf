using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>The rules of one generated sequence: of any kinds, some of them the same rule with a changed limit.</summary>
internal static class GeneratedRules
{
    private const int Kinds = 6;

    public static IReadOnlyList<RateLimitRule> Next(SeededRandom random, TimeSpan tick)
    {
        var rules = new List<RateLimitRule>();

        // How fast a bucket was refilled between two calls whose rules differ in that is not told.
        var refill = NextAmount(random);
        for (var i = random.Between(1, 4); i > 0; i--)
        {
            var kind = (RateLimitRuleKind)random.Between(1, Kinds);
            var window = NextWindow(random, tick);
            rules.Add(Make(kind, NextAmount(random), window, refill));
            if (random.Chance(25))
            {
                rules.Add(Make(kind, NextAmount(random), window, refill));
            }
        }

        return rules;
    }

    private static RateLimitRule Make(RateLimitRuleKind kind, long limit, TimeSpan window, long refill) => kind switch
    {
        RateLimitRuleKind.SlidingWindow => RateLimitRule.SlidingWindow(limit, window),
        RateLimitRuleKind.TokenBucket => RateLimitRule.TokenBucket(limit, refill, window),
        RateLimitRuleKind.FixedWindow => RateLimitRule.FixedWindow(limit, window),
        RateLimitRuleKind.CalendarDay => RateLimitRule.PerDay(limit),
        RateLimitRuleKind.CalendarMonth => RateLimitRule.PerMonth(limit),
        _ => RateLimitRule.Concurrency(limit, window),
    };

    /// <summary>Up to six ticks, and not always in step with them.</summary>
    private static TimeSpan NextWindow(SeededRandom random, TimeSpan tick) =>
        random.Chance(50) ? tick * random.Between(1, 6) : tick + TimeSpan.FromMilliseconds(random.Next((int)tick.TotalMilliseconds * 3));

    private static long NextAmount(SeededRandom random) => random.Next(10) switch
    {
        < 6 => random.Between(1, 20),
        < 9 => random.Between(100, 1_000_000),
        _ => RateLimitRule.MaxLimit - random.Next(3),
    };
}
