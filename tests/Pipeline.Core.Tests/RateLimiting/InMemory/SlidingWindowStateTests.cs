using FluentAssertions;
using Xunit;

namespace Pipeline.RateLimiting;

public class SlidingWindowStateTests
{
    private const int ExactCharges = 32;

    private static readonly TimeSpan[] Windows =
    [
        RateLimitRule.MinWindow, TimeSpan.FromMilliseconds(13), TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(7), TimeSpan.FromHours(1), TimeSpan.FromDays(1),
        TimeSpan.FromDays(31) + TimeSpan.FromMilliseconds(1), RateLimitRule.MaxWindow,
    ];

    [Theory]
    [InlineData(4, 96)]
    [InlineData(60, 48)]
    [InlineData(1_000, 16)]
    public void Every_charge_counts_for_its_window_and_at_most_a_sixty_fourth_longer(int chargesInWindow, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            var random = new Random(seed);
            var window = Windows[seed % Windows.Length];
            var limit = seed % 3 == 0 ? RateLimitRule.MaxLimit : 10L * chargesInWindow;
            var rule = RateLimitRule.SlidingWindow(limit, window);
            var (state, log, now) = (new SlidingWindowState("key", rule, 0), new SlidingLog(window), random.NextInt64(1_000_000));
            for (var i = 0; i < chargesInWindow * 5; i++)
            {
                now += random.NextInt64(1 + (window.Ticks * 2 / chargesInWindow));
                var cost = random.Next(8) == 0 ? 0 : 1 + random.NextInt64(Math.Max(1, limit * 2 / chargesInWindow));
                Step(state, log, rule, Math.Min(cost, limit), now);
                if (random.Next(10) == 0)
                {
                    log.GiveBackSome(state, rule, random, now);
                }
            }
        }
    }

    [Fact]
    public void Few_charges_count_for_their_window_exactly()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var window = TimeSpan.FromMilliseconds(random.Next(1, 200_000));
            var rule = RateLimitRule.SlidingWindow(ExactCharges, window);
            var (state, log, now) = (new SlidingWindowState("key", rule, 0), new SlidingLog(window), 0L);
            for (var i = 0; i < 500; i++)
            {
                now += random.NextInt64(1 + (window.Ticks / 20));
                var standing = state.Take(new RateLimitDimension("key", rule), new LimiterMoment(now, 0));

                standing.IsGranted.Should().Be(log.Least(now) < ExactCharges);
                if (standing.IsGranted)
                {
                    log.Add(now, 1, 0);
                }

                standing.Remaining.Should().Be(ExactCharges - log.Least(now));
                standing.RetryAfter.Should().Be(standing.IsGranted ? 0 : log.Oldest(now) + window.Ticks - now);
                standing.ResetAfter.Should().Be(log.Newest + window.Ticks - now);
            }
        }
    }

    [Fact]
    public void Debt_of_any_size_leaves_with_its_window()
    {
        var rule = RateLimitRule.SlidingWindow(5, TimeSpan.FromSeconds(1));
        var state = new SlidingWindowState("key", rule, 0);
        state.Charge(rule, long.MaxValue, new LimiterMoment(0, 0));
        state.Charge(rule, long.MaxValue, new LimiterMoment(5, 0));
        state.Take(new RateLimitDimension("key", rule, 5), new LimiterMoment(9, 0)).RetryAfter.Should().Be(TimeSpan.TicksPerSecond - 9);

        state.Take(new RateLimitDimension("key", rule, 5), new LimiterMoment(TimeSpan.TicksPerSecond, 0)).IsGranted.Should().BeTrue();
    }

    [Fact]
    public void A_thread_that_read_the_clock_long_before_it_came_takes_nothing_back_from_time()
    {
        var rule = RateLimitRule.SlidingWindow(100, TimeSpan.FromSeconds(1));
        var state = new SlidingWindowState("key", rule, 0);
        var late = TimeSpan.TicksPerSecond * 10;
        state.Take(new RateLimitDimension("key", rule, 50), new LimiterMoment(late, 0)).IsGranted.Should().BeTrue();

        state.Take(new RateLimitDimension("key", rule, 50), new LimiterMoment(0, 0)).IsGranted.Should().BeTrue();

        var denied = state.Judge(new RateLimitDimension("key", rule, 1), new LimiterMoment(late + TimeSpan.TicksPerSecond - 1, 0));
        (denied.IsGranted, denied.Remaining).Should().Be((false, 0));
    }

    [Fact]
    public void After_a_pause_of_years_the_short_times_are_not_mistaken()
    {
        foreach (var window in Windows)
        {
            var rule = RateLimitRule.SlidingWindow(10, window);
            var (state, now) = (new SlidingWindowState("key", rule, 0), 0L);
            foreach (var years in new[] { 0, 1, 7, 30, 100 })
            {
                now += TimeSpan.FromDays(365.25 * years).Ticks + window.Ticks + (window.Ticks / 64);
                state.Take(new RateLimitDimension("key", rule, 10), new LimiterMoment(now, 0)).Remaining.Should().Be(0);
                state.Judge(new RateLimitDimension("key", rule), new LimiterMoment(now + window.Ticks - 1, 0)).IsGranted.Should().BeFalse();
            }
        }
    }

    private static void Step(SlidingWindowState state, SlidingLog log, RateLimitRule rule, long cost, long now)
    {
        var standing = state.Take(new RateLimitDimension("key", rule, cost), new LimiterMoment(now, 0));

        var needed = Math.Max(1, cost);
        (standing.IsGranted || log.Most(now) + needed > rule.Limit).Should().BeTrue("what counts too long counts for no more than 65/64");
        (!standing.IsGranted || log.Least(now) + needed <= rule.Limit).Should().BeTrue("a window never holds more than its limit");
        if (standing.IsGranted && cost > 0)
        {
            log.Add(now, cost, state.LastCharge().Mark);
        }

        standing.Remaining.Should().BeInRange(Math.Max(0, rule.Limit - log.Most(now)), rule.Limit - log.Least(now));
        if (!standing.IsGranted)
        {
            var due = now + standing.RetryAfter;
            (log.Least(due) + needed <= rule.Limit).Should().BeTrue("it is never too early");
            (log.Most(due - 1) + needed > rule.Limit).Should().BeTrue("it is late by no more than the window is stretched");
        }
    }
}
