using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task What_was_reserved_too_much_is_given_back(RateLimitRuleKind kind)
    {
        var (first, second) = await OpenTwiceAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var held = await ReserveAsync(first, Estimate(key, rule, 8));
        await AssertRemainingAsync(2, first, key, rule);

        Assert.True(await second.SettleAsync(held, 3), "The reservation could not be settled.");

        await AssertRemainingAsync(7, first, key, rule);
        await TakeAsync(first, Cost(key, rule, 7));
        await AssertDeniedAsync(first, Cost(key, rule));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task What_was_reserved_too_little_is_charged(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var held = await ReserveAsync(limiter, Estimate(key, rule, 2));

        Assert.True(await limiter.SettleAsync(held, 9), "The reservation could not be settled.");

        await AssertRemainingAsync(1, limiter, key, rule);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task An_estimate_of_zero_takes_nothing_until_it_is_settled(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var held = await ReserveAsync(limiter, Estimate(key, rule, 0));
        await AssertRemainingAsync(10, limiter, key, rule);

        Assert.True(await limiter.SettleAsync(held, 4), "The reservation could not be settled.");
        await AssertRemainingAsync(6, limiter, key, rule);
        await TakeAsync(limiter, Cost(key, rule, 6));

        await AssertDeniedAsync(limiter, Estimate(key, rule, 0));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task A_settlement_at_what_was_reserved_changes_nothing_and_at_zero_gives_all_back(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var (right, free) = (await ReserveAsync(limiter, Estimate(key, rule, 4)), await ReserveAsync(limiter, Estimate(key, rule, 5)));

        Assert.True(await limiter.SettleAsync(right, 4), "The reservation could not be settled.");
        await AssertRemainingAsync(1, limiter, key, rule);
        Assert.True(await limiter.SettleAsync(free, 0), "The reservation could not be settled.");

        await AssertRemainingAsync(6, limiter, key, rule);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task A_reservation_ends_once_however_often_it_is_ended(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 20);
        var key = UniqueKey();
        var (settled, released) = (await ReserveAsync(limiter, Estimate(key, rule, 6)), await ReserveAsync(limiter, Estimate(key, rule, 6)));

        Assert.True(await limiter.SettleAsync(settled, 4), "The reservation could not be settled.");
        Assert.True(await limiter.ReleaseAsync(released), "The reservation could not be released.");

        foreach (var ended in new[] { settled, released })
        {
            foreach (var cost in new[] { 4, 0, 6, 20, 4 })
            {
                Assert.False(await limiter.SettleAsync(ended, cost), "A reservation was ended twice.");
                Assert.False(await limiter.ReleaseAsync(ended), "A reservation was ended twice.");
            }
        }

        await AssertRemainingAsync(10, limiter, key, rule);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task Unknown_usage_and_a_reservation_that_is_never_ended_keep_their_charges(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var released = await ReserveAsync(limiter, Estimate(key, rule, 4));
        await ReserveAsync(limiter, Estimate(key, rule, 5));

        Assert.True(await limiter.ReleaseAsync(released), "The reservation could not be released.");

        await AssertRemainingAsync(1, limiter, key, rule);
        if (CanPass(kind))
        {
            await PassAsync(rule);
            await AssertRemainingAsync(10, limiter, key, rule);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_settlement_has_a_cost_for_each_dimension_and_fixed_costs_stand()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        RateLimitRule[] rules =
        [
            RateLimitRule.SlidingWindow(10, Window), RateLimitRule.TokenBucket(100, 1, Window), RateLimitRule.Unlimited,
            RateLimitRule.SlidingWindow(1_000, Window * 2),
        ];
        var held = await ReserveAsync(limiter, new(
            new RateLimitDimension(key, rules[0]), RateLimitDimension.Estimate(key, rules[1], 50),
            RateLimitDimension.Estimate(key, rules[2], 5), RateLimitDimension.Estimate(key, rules[3], 500)));

        Assert.True(await limiter.SettleAsync(held, new long[] { 10, 20, 1_000, 700 }), "The reservation could not be settled.");

        await AssertRemainingAsync(9, limiter, key, rules[0]);
        await AssertRemainingAsync(80, limiter, key, rules[1]);
        await AssertRemainingAsync(300, limiter, key, rules[3]);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task A_window_that_has_passed_gets_nothing_back(RateLimitRuleKind kind)
    {
        if (!CanPass(kind))
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var old = await ReserveAsync(limiter, Estimate(key, rule, 10));
        await PassAsync(rule);
        await BeginAsync(rule, Tick);
        await TakeAsync(limiter, Cost(key, rule, 10));

        // After a day the reservation may have been forgotten.
        var isSettled = await limiter.SettleAsync(old, 0);
        Assert.True(
            isSettled || kind is RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth, "The reservation was forgotten within the hour.");

        await AssertDeniedAsync(limiter, Cost(key, rule));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(RateLimitRuleKind.SlidingWindow)]
    [InlineData(RateLimitRuleKind.TokenBucket)]
    [InlineData(RateLimitRuleKind.FixedWindow)]
    public async Task Of_a_reservation_from_a_window_that_has_passed_the_debt_is_charged_now(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var old = await ReserveAsync(limiter, Estimate(key, rule, 2));
        await PassAsync(rule);
        await BeginAsync(rule, Tick);

        Assert.True(await limiter.SettleAsync(old, 9), "The reservation could not be settled.");

        await AssertRemainingAsync(3, limiter, key, rule);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_a_sliding_window_gets_back_changes_the_charge_where_it_stands_and_debt_is_a_charge_of_its_own()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(20, Window);
        var key = UniqueKey();
        var (much, little) = (await ReserveAsync(limiter, Estimate(key, rule, 8)), await ReserveAsync(limiter, Estimate(key, rule, 2)));
        await _store.AdvanceAsync(Tick * 4);
        await limiter.SettleAsync(much, 3);
        await limiter.SettleAsync(little, 6);
        await AssertRemainingAsync(11, limiter, key, rule);

        await _store.AdvanceAsync(Longest(Window) - (Tick * 4));
        await AssertRemainingAsync(16, limiter, key, rule);
        await _store.AdvanceAsync(Tick * 4);

        await AssertRemainingAsync(20, limiter, key, rule);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_is_given_back_comes_off_its_own_charge_and_no_other()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(20, Window);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 4));
        await _store.AdvanceAsync(Tick * 2);
        var held = await ReserveAsync(limiter, Estimate(key, rule, 6));
        await _store.AdvanceAsync(Tick * 2);
        await TakeAsync(limiter, Cost(key, rule, 5));
        await limiter.SettleAsync(held, 1);

        await AssertRemainingAsync(10, limiter, key, rule);
        await _store.AdvanceAsync(Longest(Window) - (Tick * 4));
        foreach (var remaining in new[] { 14, 15, 20 })
        {
            await AssertRemainingAsync(remaining, limiter, key, rule);
            await _store.AdvanceAsync(Tick * 2);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_bucket_gets_back_no_more_than_it_has_not_refilled_yet()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(8, Window);
        var key = UniqueKey();
        var held = await ReserveAsync(limiter, Estimate(key, rule, 8));
        await _store.AdvanceAsync(Tick * 5.5);
        await TakeAsync(limiter, Cost(key, rule, 5));

        Assert.True(await limiter.SettleAsync(held, 1), "The reservation could not be settled.");

        // Of the charge of 8 the refill has paid 5.5, so that 2.5 of the 7 come back, and half a unit was left.
        await AssertRemainingAsync(3, limiter, key, rule);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(RateLimitRuleKind.TokenBucket)]
    [InlineData(RateLimitRuleKind.CalendarMonth)]
    public async Task A_reservation_can_be_settled_for_an_hour(RateLimitRuleKind kind)
    {
        if (_store.CannotMoveTime is not null)
        {
            return;
        }

        var limiter = await OpenAsync();
        var hour = RateLimitReservation.MinSettlementTime;
        var rule = kind == RateLimitRuleKind.TokenBucket ? RateLimitRule.TokenBucket(10, 1, hour * 24) : RateLimitRule.PerMonth(10);
        await BeginAsync(rule, hour * 2);
        var key = UniqueKey();
        var (less, more) = (await ReserveAsync(limiter, Estimate(key, rule, 4)), await ReserveAsync(limiter, Estimate(key, rule, 1)));
        var unknown = await ReserveAsync(limiter, Estimate(key, rule, 1));
        await _store.AdvanceAsync(hour);

        Assert.True(await limiter.SettleAsync(less, 2), "The reservation was forgotten within the hour.");
        Assert.True(await limiter.SettleAsync(more, 3), "The reservation was forgotten within the hour.");
        Assert.True(await limiter.ReleaseAsync(unknown), "The reservation was forgotten within the hour.");

        await AssertRemainingAsync(4, limiter, key, rule);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reservation_that_was_never_made_has_nothing_to_settle()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(10, Window);
        var key = UniqueKey();
        var request = Estimate(key, rule, 4);
        await ReserveAsync(limiter, request);

        foreach (var foreign in new[] { new RateLimitReservation(Guid.NewGuid(), request), new(Guid.NewGuid(), request, isDegraded: true) })
        {
            Assert.False(await limiter.SettleAsync(foreign, 0), "A reservation that was never made was settled.");
            Assert.False(await limiter.SettleAsync(foreign, 9), "A reservation that was never made was settled.");
            Assert.False(await limiter.ReleaseAsync(foreign), "A reservation that was never made was released.");
        }

        await AssertRemainingAsync(6, limiter, key, rule);
    }
}
