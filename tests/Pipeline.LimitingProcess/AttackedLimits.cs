using Pipeline.RateLimiting;

namespace Pipeline.LimitingProcess;

/// <summary>The limits that all processes attack: narrow enough to be exhausted again and again.</summary>
public static class AttackedLimits
{
    public static IReadOnlyList<RateLimitRule> Rules { get; } =
    [
        RateLimitRule.SlidingWindow(30, TimeSpan.FromMilliseconds(700)),
        RateLimitRule.SlidingWindow(100_000, TimeSpan.FromMilliseconds(1_500)),
        RateLimitRule.TokenBucket(20, 40, TimeSpan.FromSeconds(1)),
        RateLimitRule.TokenBucket(1_000_000, 700_000, TimeSpan.FromMilliseconds(900)),
        RateLimitRule.FixedWindow(25, TimeSpan.FromMilliseconds(500)),
        RateLimitRule.Concurrency(6, TimeSpan.FromMilliseconds(300)),
        RateLimitRule.PerDay(1_000_000_000),
    ];

    public static IReadOnlyList<string> Keys { get; } = ["tenant:acme", "tenant:other"];
}
