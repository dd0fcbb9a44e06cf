using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

/// <summary>
/// The promises of <see cref="IRateLimiter"/> and of the rules, requests and decisions around it, a fact for each. The author of a
/// backend derives a sealed class with a parameterless constructor that passes a <see cref="RateLimiterTestStore"/>.
/// </summary>
/// <remarks>The facts are bounded by counts, never by time; their time limit only ends a call that hangs.</remarks>
[ConformanceSuiteFor(typeof(IRateLimiter))]
public abstract partial class RateLimiterConformance : IAsyncLifetime
{
    private const int TimeLimit = 180_000;

    /// <summary>A sliding charge may count for 65/64 of its window.</summary>
    private const int Strictness = 64;

    private static readonly TimeSpan ClockOffset = TimeSpan.FromMinutes(5);

    private readonly RateLimiterTestStore _store;

    /// <summary>Makes the suite for one backend.</summary>
    /// <param name="store">The backend. The suite disposes it.</param>
    protected RateLimiterConformance(RateLimiterTestStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    /// <summary>The kinds of rules that count charges; a concurrency rule counts leases.</summary>
    public static TheoryData<RateLimitRuleKind> ChargingKinds { get; } =
    [
        RateLimitRuleKind.SlidingWindow, RateLimitRuleKind.TokenBucket, RateLimitRuleKind.FixedWindow, RateLimitRuleKind.CalendarDay,
        RateLimitRuleKind.CalendarMonth,
    ];

    /// <summary>The kinds of rules that have a limit.</summary>
    public static TheoryData<RateLimitRuleKind> LimitingKinds { get; } =
    [
        RateLimitRuleKind.SlidingWindow, RateLimitRuleKind.TokenBucket, RateLimitRuleKind.FixedWindow, RateLimitRuleKind.CalendarDay,
        RateLimitRuleKind.CalendarMonth, RateLimitRuleKind.Concurrency,
    ];

    private TimeSpan Tick => _store.Tick;

    /// <summary>The window of a fact that needs only one.</summary>
    private TimeSpan Window => Tick * 8;

    /// <summary>Prepares the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual Task InitializeAsync() => _store.InitializeAsync().AsTask();

    /// <summary>Disposes the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store is disposed.</returns>
    public virtual Task DisposeAsync() => _store.DisposeAsync().AsTask();

    [Fact]
    public void What_the_store_cannot_do_has_a_reason()
    {
        Assert.True(_store.CannotMoveTime is not "", "The store does not say why its time cannot be moved.");
        Assert.True(_store.CannotSetClock is not "", "The store does not say why its clock cannot be set.");
    }

    private static string UniqueKey(string name = "key") => $"{name}-{Guid.NewGuid():N}";

    private static RateLimitRequest Cost(string key, RateLimitRule rule, long cost = 1) => new RateLimitDimension(key, rule, cost);

    private static RateLimitRequest Estimate(string key, RateLimitRule rule, long cost) => RateLimitDimension.Estimate(key, rule, cost);

    private static async Task<RateLimitDecision> TakeAsync(IRateLimiter limiter, RateLimitRequest request)
    {
        var decision = await limiter.AcquireAsync(request);
        Assert.True(decision.IsGranted, $"Denied by '{decision.Rule}', of which {decision.Remaining} remain, for {decision.RetryAfter}.");
        Assert.Equal(TimeSpan.Zero, decision.RetryAfter);
        Assert.False(decision.IsDegraded, "The backend answered, and the decision says that it is degraded.");
        Assert.Equal(request.NeedsReservation, decision.Reservation is not null);
        return decision;
    }

    /// <summary>Takes what needs to be ended.</summary>
    private static async Task<RateLimitReservation> ReserveAsync(IRateLimiter limiter, RateLimitRequest request) =>
        (await TakeAsync(limiter, request)).Reservation!;

    private static async Task<RateLimitDecision> AssertDeniedAsync(IRateLimiter limiter, RateLimitRequest request)
    {
        var decision = await limiter.AcquireAsync(request);
        AssertDenial(request, decision);
        return decision;
    }

    private static void AssertDenial(RateLimitRequest request, RateLimitDecision decision)
    {
        Assert.False(decision.IsGranted, $"Granted, and {decision.Remaining} of '{decision.Rule}' remain.");
        var denied = request.Dimensions[decision.DimensionIndex];
        Assert.Equal(denied.Rule, decision.Rule);
        Assert.InRange(decision.Remaining, 0, Math.Max(denied.Cost, 1) - 1);
        Assert.True(decision.RetryAfter > TimeSpan.Zero, "A denial does not say when to try again.");
        Assert.True(decision.ResetAfter >= TimeSpan.Zero, "The time until the limit is whole again is negative.");
        Assert.Null(decision.Reservation);
        Assert.False(decision.IsDegraded, "The backend answered, and the decision says that it is degraded.");
    }

    private static async Task<long> RemainingAsync(IRateLimiter limiter, string key, RateLimitRule rule) =>
        (await limiter.PeekAsync(Cost(key, rule, 0))).Remaining;

    private static async Task AssertRemainingAsync(long expected, IRateLimiter limiter, string key, RateLimitRule rule) =>
        Assert.Equal(expected, await RemainingAsync(limiter, key, rule));

    private async Task<IRateLimiter> OpenAsync() => await _store.OpenAsync(TimeSpan.Zero);

    /// <summary>Opens a limiter as two processes would whose clocks are ten minutes apart.</summary>
    private async Task<(IRateLimiter First, IRateLimiter Second)> OpenTwiceAsync() =>
        (await _store.OpenAsync(ClockOffset), await _store.OpenAsync(-ClockOffset));

    /// <summary>A rule of a kind whose window, where it is not the calendar's, is <see cref="Window"/>.</summary>
    private RateLimitRule RuleOf(RateLimitRuleKind kind, long limit) => kind switch
    {
        RateLimitRuleKind.SlidingWindow => RateLimitRule.SlidingWindow(limit, Window),
        RateLimitRuleKind.TokenBucket => RateLimitRule.TokenBucket(limit, Window),
        RateLimitRuleKind.FixedWindow => RateLimitRule.FixedWindow(limit, Window),
        RateLimitRuleKind.CalendarDay => RateLimitRule.PerDay(limit),
        RateLimitRuleKind.CalendarMonth => RateLimitRule.PerMonth(limit),
        RateLimitRuleKind.Concurrency => RateLimitRule.Concurrency(limit, Window),
        _ => RateLimitRule.Unlimited,
    };

    /// <summary>Makes a rule of a kind, and waits until its window, where windows stand still, has more left than the facts take.</summary>
    private async Task<RateLimitRule> BeginAsync(RateLimitRuleKind kind, long limit)
    {
        var rule = RuleOf(kind, limit);
        await BeginAsync(rule, kind == RateLimitRuleKind.FixedWindow ? Window * 7 / 8 : Window * 4);
        return rule;
    }

    /// <summary>Waits, where windows stand still, until the rule's window has so much left.</summary>
    private async Task BeginAsync(RateLimitRule rule, TimeSpan room)
    {
        if (rule.Kind is RateLimitRuleKind.FixedWindow or RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth)
        {
            var now = await _store.GetServerTimeAsync();
            var left = rule.GetWindowAt(now).End - now;
            if (left < room)
            {
                await _store.AdvanceAsync(left);
            }
        }
    }

    /// <summary>Whether the window of such a rule can be waited out.</summary>
    private bool CanPass(RateLimitRuleKind kind) =>
        _store.CannotMoveTime is null || kind is not (RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth);

    /// <summary>Waits until nothing that was charged or held up to now counts any more.</summary>
    private async Task PassAsync(RateLimitRule rule)
    {
        if (rule.Kind is RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth)
        {
            var now = await _store.GetServerTimeAsync();
            await _store.AdvanceAsync(rule.GetWindowAt(now).End - now);
            return;
        }

        await _store.AdvanceAsync(Longest(rule.Window));
    }

    /// <summary>How long a charge counts at most in a sliding window.</summary>
    private static TimeSpan Longest(TimeSpan window) => window + TimeSpan.FromTicks((window.Ticks + Strictness - 1) / Strictness);

    private void AssertTime(TimeSpan expected, TimeSpan actual) => AssertTime(expected, expected, actual);

    private void AssertTime(TimeSpan least, TimeSpan most, TimeSpan actual) =>
        Assert.InRange(actual, least - _store.ClockTolerance, most + _store.ClockTolerance + _store.ClockUnit);
}
