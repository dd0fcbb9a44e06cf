namespace Pipeline.RateLimiting;

/// <summary>Rules of each kind.</summary>
internal static class SampleRules
{
    public static IReadOnlyList<RateLimitRuleKind> ChargingKinds { get; } =
    [
        RateLimitRuleKind.SlidingWindow, RateLimitRuleKind.TokenBucket, RateLimitRuleKind.FixedWindow, RateLimitRuleKind.CalendarDay,
        RateLimitRuleKind.CalendarMonth,
    ];

    public static RateLimitRule Of(RateLimitRuleKind kind, long limit, TimeSpan window) => kind switch
    {
        RateLimitRuleKind.SlidingWindow => RateLimitRule.SlidingWindow(limit, window),
        RateLimitRuleKind.TokenBucket => RateLimitRule.TokenBucket(limit, window),
        RateLimitRuleKind.FixedWindow => RateLimitRule.FixedWindow(limit, window),
        RateLimitRuleKind.CalendarDay => RateLimitRule.PerDay(limit),
        RateLimitRuleKind.CalendarMonth => RateLimitRule.PerMonth(limit),
        _ => RateLimitRule.Concurrency(limit, window),
    };
}
