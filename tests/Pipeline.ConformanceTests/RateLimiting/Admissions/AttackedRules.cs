using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Admissions;

/// <summary>Random rules of each kind, narrow enough to be exhausted again and again.</summary>
internal static class AttackedRules
{
    public static IReadOnlyList<RateLimitRule> Next(SeededRandom random, TimeSpan tick) =>
    [
        RateLimitRule.SlidingWindow(random.Between(2, 40), NextWindow(random, tick)),
        RateLimitRule.SlidingWindow(random.Between(1_000, 5_000_000), NextWindow(random, tick)),
        RateLimitRule.TokenBucket(random.Between(2, 40), random.Between(1, 20), NextWindow(random, tick)),
        RateLimitRule.TokenBucket(random.Between(1_000, 5_000_000), random.Between(1, 5_000_000), NextWindow(random, tick)),
        RateLimitRule.FixedWindow(random.Between(2, 40), NextWindow(random, tick)),
        RateLimitRule.Concurrency(random.Between(2, 20), NextWindow(random, tick)),
        RateLimitRule.PerDay(random.Between(1_000, 100_000)),
        RateLimitRule.PerMonth(RateLimitRule.MaxLimit / random.Between(1, 1_000)),
    ];

    private static TimeSpan NextWindow(SeededRandom random, TimeSpan tick) => tick + TimeSpan.FromMilliseconds(random.Next((int)tick.TotalMilliseconds * 2));
}
