using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Abstractions.Tests.RateLimiting;

public sealed class RateLimitDimensionTests
{
    private static readonly RateLimitRule Rule = RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1)).Named("calls");

    [Fact]
    public void A_request_costs_one_unless_said_otherwise()
    {
        var dimension = new RateLimitDimension("tenant:42", Rule);

        (dimension.Key, dimension.Rule, dimension.Cost, dimension.IsEstimate).Should().Be(("tenant:42", Rule, 1L, false));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Costs_from_zero_to_the_limit_are_accepted(long cost)
    {
        new RateLimitDimension("k", Rule, cost).Cost.Should().Be(cost);
        RateLimitDimension.Estimate("k", Rule, cost).Cost.Should().Be(cost);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_negative_cost_is_refused(long cost)
    {
        var plain = () => new RateLimitDimension("k", Rule, cost);
        var estimate = () => RateLimitDimension.Estimate("k", Rule, cost);
        var changed = () => new RateLimitDimension("k", Rule).WithCost(cost);

        plain.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(cost));
        estimate.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(cost));
        changed.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(cost));
    }

    [Theory]
    [InlineData(101)]
    [InlineData(long.MaxValue)]
    public void A_fixed_cost_above_the_limit_is_its_own_error(long cost)
    {
        Action[] acts = [() => _ = new RateLimitDimension("secret", Rule, cost), () => new RateLimitDimension("secret", Rule).WithCost(cost)];

        foreach (var act in acts)
        {
            var error = act.Should().Throw<RateLimitCostTooHighException>().Which;
            (error.RuleName, error.Limit, error.Cost).Should().Be(("calls", 100L, cost));
            error.Message.Should().Be($"The cost {cost} is above the limit 100 of the rule 'calls', so it could never be granted. Lower the cost, raise the limit, or give the cost as an estimate.");
        }
    }

    [Theory]
    [InlineData(101)]
    [InlineData(long.MaxValue)]
    public void An_estimate_above_the_limit_is_clamped_to_it(long cost)
    {
        RateLimitDimension.Estimate("k", Rule, cost).Cost.Should().Be(100);
        RateLimitDimension.Estimate("k", Rule, 1).WithCost(cost).Should().Be(RateLimitDimension.Estimate("k", Rule, cost));
    }

    [Fact]
    public void Without_a_limit_every_cost_is_accepted() =>
        new RateLimitDimension("k", RateLimitRule.Unlimited, long.MaxValue).Cost.Should().Be(long.MaxValue);

    [Fact]
    public void Concurrency_cannot_be_estimated()
    {
        var act = () => RateLimitDimension.Estimate("k", RateLimitRule.Concurrency(5, TimeSpan.FromSeconds(30)), 1);

        act.Should().Throw<ArgumentException>().WithParameterName("rule");
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret\0key")]
    public void A_key_that_cannot_be_stored_is_refused_and_not_shown(string key)
    {
        var plain = () => new RateLimitDimension(key, Rule);
        var estimate = () => RateLimitDimension.Estimate(key, Rule, 1);

        plain.Should().Throw<ArgumentException>().WithParameterName(nameof(key)).Which.Message.Should().NotContain("secret");
        estimate.Should().Throw<ArgumentException>().WithParameterName(nameof(key));
    }

    [Fact]
    public void A_missing_rule_is_refused()
    {
        var plain = () => new RateLimitDimension("k", null!);
        var estimate = () => RateLimitDimension.Estimate("k", null!, 1);

        plain.Should().Throw<ArgumentNullException>().WithParameterName("rule");
        estimate.Should().Throw<ArgumentNullException>().WithParameterName("rule");
    }

    [Fact]
    public void A_default_value_has_no_other_cost()
    {
        var act = () => default(RateLimitDimension).WithCost(1);

        act.Should().Throw<InvalidOperationException>();
    }
}
