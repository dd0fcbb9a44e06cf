using FluentAssertions;
using Pipeline.Conformance.RateLimiting.Admissions;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>The judge is known to condemn: each test feeds it a log that a faulty limiter would leave.</summary>
public sealed class AdmissionCheckerTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RateLimitRule Sliding = RateLimitRule.SlidingWindow(10, Window);
    private static readonly RateLimitRule Bucket = RateLimitRule.TokenBucket(10, 5, Window);
    private static readonly RateLimitRule Fixed = RateLimitRule.FixedWindow(10, Window);
    private static readonly RateLimitRule Slots = RateLimitRule.Concurrency(10, Window);

    private readonly List<Admission> _log = [];
    private long _order;

    [Fact]
    public void An_empty_log_and_one_without_limits_are_acquitted()
    {
        AssertNoProblem();

        Add(RateLimitRule.Unlimited, 0, long.MaxValue);
        Add(RateLimitRule.Unlimited, 0, long.MaxValue);
        AssertNoProblem();
    }

    [Theory]
    [InlineData(0, 5, 9.999)]
    [InlineData(3, 3, 3)]
    public void More_than_the_limit_in_a_sliding_window_is_found(double first, double second, double third)
    {
        Add(Sliding, first, 4);
        Add(Sliding, second, 3);
        Add(Sliding, third, 4);

        AssertProblem("11 were granted");
    }

    [Fact]
    public void A_sliding_window_is_full_again_and_again()
    {
        foreach (var second in new[] { 0, 10, 20, 35 })
        {
            Add(Sliding, second, 6);
            Add(Sliding, second + 4, 4);
        }

        AssertNoProblem();
    }

    [Fact]
    public void Only_what_is_certain_counts()
    {
        // The first may have been granted at 0, and the last at 12.
        Add(Sliding, 0, 10, until: 5);
        Add(Sliding, 9, 10, until: 12);
        AssertNoProblem();

        Add(Sliding, 12, 1);
        AssertProblem("within");
    }

    [Fact]
    public void What_was_given_back_can_be_had_again_but_not_before()
    {
        var first = Add(Sliding, 0, 10);
        GiveBack(first, 4);
        Add(Sliding, 1, 4);
        AssertNoProblem();

        Add(Sliding, 2, 1);
        AssertProblem("11 were granted");
    }

    [Fact]
    public void What_is_given_back_later_does_not_excuse()
    {
        var first = Add(Sliding, 0, 10);
        Add(Sliding, 1, 4);
        GiveBack(first, 4);

        AssertProblem("14 were granted");
    }

    [Fact]
    public void A_bucket_gives_its_burst_and_its_refill()
    {
        Add(Bucket, 0, 10);
        Add(Bucket, 2, 1);
        Add(Bucket, 10, 4);
        Add(Bucket, 30, 10);
        Add(Bucket, 32, 1);

        AssertNoProblem();
    }

    [Theory]
    [InlineData(1.999_999_9, 1)]
    [InlineData(9.9, 5)]
    [InlineData(0, 1)]
    public void More_than_the_burst_and_the_refill_is_found(double second, long amount)
    {
        Add(Bucket, 0, 10);
        Add(Bucket, second, amount);

        AssertProblem("were granted");
    }

    [Fact]
    public void A_bucket_that_overflows_is_found_where_it_happens()
    {
        Add(Bucket, 0, 10);
        Add(Bucket, 1_000, 10);
        Add(Bucket, 1_001, 1);

        AssertProblem("11 were granted");
    }

    [Fact]
    public void What_a_bucket_gets_back_after_its_refill_has_paid_it_is_found()
    {
        var old = Add(Bucket, 0, 10);
        Add(Bucket, 100, 10);
        GiveBack(old, 10);
        Add(Bucket, 100, 10);

        AssertProblem("20 were granted");
    }

    [Fact]
    public void The_fraction_of_a_unit_is_too_much()
    {
        var rule = RateLimitRule.TokenBucket(RateLimitRule.MaxLimit, RateLimitRule.MaxLimit - 1, RateLimitRule.MaxWindow);
        Add(rule, 0, RateLimitRule.MaxLimit);
        Add(rule, RateLimitRule.MaxWindow.TotalSeconds, RateLimitRule.MaxLimit - 1);
        AssertNoProblem();

        Add(rule, RateLimitRule.MaxWindow.TotalSeconds, 1);
        AssertProblem("were granted");
    }

    [Fact]
    public void More_than_the_limit_in_a_fixed_window_is_found_and_across_a_border_it_is_none()
    {
        Add(Fixed, 9, 10);
        Add(Fixed, 10, 10);
        AssertNoProblem();

        Add(Fixed, 19.999, 1);
        AssertProblem("11 were granted");
    }

    [Fact]
    public void A_window_that_a_clock_set_back_opened_again_is_found()
    {
        Add(Fixed, 5, 10);
        Add(Fixed, 15, 10);
        Add(Fixed, 16, 1, wall: -10);

        AssertProblem("11 were granted");
    }

    [Fact]
    public void A_grant_at_a_border_may_belong_to_either_window()
    {
        Add(Fixed, 5, 10);
        Add(Fixed, 9, 10, until: 11);

        AssertNoProblem();
    }

    [Fact]
    public void More_than_a_day_or_a_month_allows_is_found()
    {
        foreach (var rule in new[] { RateLimitRule.PerDay(10), RateLimitRule.PerMonth(10) })
        {
            Add(rule, 0, 10);
            Add(rule, TimeSpan.FromDays(31).TotalSeconds, 10);
        }

        AssertNoProblem();
        Add(RateLimitRule.PerMonth(10), TimeSpan.FromDays(30).TotalSeconds, 1);
        AssertProblem("a month");
        Add(RateLimitRule.PerDay(10), TimeSpan.FromHours(23).TotalSeconds, 1);
        AssertProblem("a day", problems: 2);
    }

    [Fact]
    public void More_leases_than_the_limit_are_found()
    {
        Add(Slots, 0, 6);
        Add(Slots, 5, 4);
        AssertNoProblem();

        Add(Slots, 9, 1);
        AssertProblem("11 leases");
    }

    [Fact]
    public void Leases_that_were_given_back_or_ran_out_are_free()
    {
        var first = Add(Slots, 0, 6);
        Add(Slots, 0, 4);
        first.EndingBegan = ++_order;
        Add(Slots, 5, 6);
        Add(Slots, 10, 4);

        AssertNoProblem();
    }

    [Fact]
    public void A_lease_that_was_renewed_is_held_on()
    {
        Add(Slots, 0, 6).HeldUntil = TimeSpan.FromSeconds(15);
        Add(Slots, 12, 5);

        AssertProblem("11 leases");
    }

    [Fact]
    public void Keys_and_rules_are_told_apart()
    {
        foreach (var rule in new[] { Sliding, Bucket, Fixed, Slots, RateLimitRule.SlidingWindow(10, Window * 2) })
        {
            Add(rule, 0, 10);
            Add(rule, 0, 10, key: "other");
        }

        AssertNoProblem();
    }

    [Fact]
    public void A_grant_is_judged_by_the_limit_that_it_was_asked_under()
    {
        Add(RateLimitRule.SlidingWindow(20, Window), 0, 15);
        AssertNoProblem();

        Add(Sliding, 1, 1);
        AssertProblem("16 were granted of '10 in any 10 s'");
    }

    private Admission Add(RateLimitRule rule, double second, long amount, double? until = null, double wall = 0, string key = "k")
    {
        var (began, ended) = (TimeSpan.FromSeconds(second), TimeSpan.FromSeconds(until ?? second));
        var admission = new Admission
        {
            Key = key,
            Rule = rule,
            Amount = amount,
            Began = began,
            Ended = ended,
            UtcBegan = Start + began + TimeSpan.FromSeconds(wall),
            UtcEnded = Start + ended + TimeSpan.FromSeconds(wall),
            OrderBegan = ++_order,
            OrderEnded = ++_order,
            HeldUntil = began + rule.Window,
        };
        _log.Add(admission);
        return admission;
    }

    private void GiveBack(Admission admission, long amount)
    {
        admission.GivenBack = amount;
        admission.EndingBegan = ++_order;
    }

    private void AssertNoProblem() => AdmissionChecker.Check(_log).Should().BeEmpty();

    private void AssertProblem(string text, int problems = 1) =>
        AdmissionChecker.Check(_log).Should().HaveCount(problems).And.Contain(problem => problem.Contains(text, StringComparison.Ordinal));
}
