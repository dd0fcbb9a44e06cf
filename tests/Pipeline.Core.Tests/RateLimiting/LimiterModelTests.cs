using FluentAssertions;
using Pipeline.Conformance.RateLimiting.Generation;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>The bounds that the generated sequences judge by: no limiter that keeps its promise may be outside them.</summary>
public sealed class LimiterModelTests
{
    private const long Millisecond = TimeSpan.TicksPerMillisecond;

    // A server that moves by itself decides at a moment that its caller knows only the bounds of.
    [Fact]
    public void A_bucket_is_refilled_for_sure_only_until_the_earliest_moment_of_the_call_that_asks()
    {
        var rule = RateLimitRule.TokenBucket(20, 1_000, TimeSpan.FromSeconds(1));
        var bucket = new BoundedState(rule.Kind);
        bucket.Charge(rule, 10, Between(0, 0));

        var slow = Between(1, 8);
        bucket.Charge(rule, 1, slow);

        bucket.Remaining(rule, slow).Should().Be((20 - 10 + 1 - 1, 20 - 10 + 8 - 1), "1 ms refills one for sure, and 8 ms eight at most");
    }

    [Fact]
    public void What_two_calls_in_a_row_leave_unsure_adds_up()
    {
        var rule = RateLimitRule.TokenBucket(20, 1_000, TimeSpan.FromSeconds(1));
        var bucket = new BoundedState(rule.Kind);
        bucket.Charge(rule, 10, Between(0, 0));
        bucket.Charge(rule, 1, Between(1, 8));

        var next = Between(2, 9);
        bucket.Charge(rule, 1, next);

        bucket.Remaining(rule, next).Should().Be((20 - 10 + 2 - 2, 20 - 10 + 9 - 2));
    }

    private static ModelMoment Between(long earliest, long latest) => new(earliest * Millisecond, latest * Millisecond, 0);
}
