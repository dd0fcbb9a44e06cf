using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Abstractions.Tests.RateLimiting;

public sealed class RateLimitRequestTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRule Calls = RateLimitRule.SlidingWindow(100, Minute);
    private static readonly RateLimitRule Tokens = RateLimitRule.TokenBucket(200_000, Minute);
    private static readonly RateLimitRule Slots = RateLimitRule.Concurrency(5, Minute);

    [Fact]
    public void One_dimension_is_a_request()
    {
        var dimension = new RateLimitDimension("tenant:42", Calls);

        RateLimitRequest request = dimension;

        request.Count.Should().Be(1);
        request.Dimensions.ToArray().Should().Equal(dimension);
    }

    [Fact]
    public void Several_dimensions_keep_their_order()
    {
        RateLimitDimension[] dimensions = [new("user", Calls), new("tenant", Calls), RateLimitDimension.Estimate("tenant", Tokens, 500)];

        var request = new RateLimitRequest(dimensions);
        dimensions[0] = default;

        request.Count.Should().Be(3);
        request.Dimensions.ToArray().Select(dimension => dimension.Cost).Should().Equal(1, 1, 500);
    }

    [Fact]
    public void A_default_request_is_empty_and_refused()
    {
        RateLimitRequest request = default;

        var act = () => RateLimitRequest.ThrowIfEmpty(default);

        request.Count.Should().Be(0);
        request.Dimensions.IsEmpty.Should().BeTrue();
        request.NeedsReservation.Should().BeFalse();
        act.Should().Throw<ArgumentException>().WithParameterName("request");
        RateLimitRequest.ThrowIfEmpty(new RateLimitDimension("k", Calls));
    }

    [Fact]
    public void Sixteen_dimensions_are_accepted_and_one_more_or_none_is_refused()
    {
        var dimensions = Enumerable.Range(0, RateLimitRequest.MaxDimensions + 1).Select(i => new RateLimitDimension($"k{i}", Calls)).ToArray();

        var many = () => new RateLimitRequest(dimensions);
        var none = () => new RateLimitRequest([]);

        many.Should().Throw<ArgumentException>().WithMessage("*17 dimensions. Give 1 to 16.*");
        none.Should().Throw<ArgumentException>().WithMessage("*0 dimensions. Give 1 to 16.*");
        new RateLimitRequest(dimensions.AsSpan(1)).Count.Should().Be(16);
    }

    [Fact]
    public void A_default_dimension_is_refused()
    {
        var one = () => new RateLimitRequest(default(RateLimitDimension));
        var two = () => new RateLimitRequest(new RateLimitDimension("k", Calls), default);

        one.Should().Throw<ArgumentException>().WithParameterName("dimension");
        two.Should().Throw<ArgumentException>().WithParameterName("dimensions");
    }

    [Fact]
    public void Dimensions_that_share_their_state_are_refused()
    {
        var act = () => new RateLimitRequest(new RateLimitDimension("k", Calls), new RateLimitDimension("k", RateLimitRule.SlidingWindow(5, Minute)));

        act.Should().Throw<ArgumentException>().WithMessage("Two dimensions share one state*'100 in any 60 s' and '5 in any 60 s'*");
    }

    [Fact]
    public void Dimensions_with_another_window_or_without_a_limit_share_no_state()
    {
        var off = new RateLimitDimension("k", RateLimitRule.Unlimited);

        new RateLimitRequest(new RateLimitDimension("k", Calls), new RateLimitDimension("k", RateLimitRule.PerDay(5)), off, off).Count.Should().Be(4);
    }

    [Fact]
    public void Only_estimates_and_leases_need_a_reservation()
    {
        Needs(new RateLimitDimension("k", Calls)).Should().BeFalse();
        Needs(RateLimitDimension.Estimate("k", Tokens, 0)).Should().BeTrue("the true cost may be more");
        Needs(new RateLimitDimension("k", Slots)).Should().BeTrue();
        Needs(new RateLimitDimension("k", Slots, cost: 0)).Should().BeFalse("nothing is held");
        Needs(RateLimitDimension.Estimate("k", RateLimitRule.Unlimited, 5)).Should().BeFalse("nothing is counted");
        Needs(new(new RateLimitDimension("k", Calls), RateLimitDimension.Estimate("k", Tokens, 5))).Should().BeTrue();
    }

    [Fact]
    public void A_request_of_one_dimension_allocates_nothing_prebuilt_or_not()
    {
        var prebuilt = new RateLimitDimension("tenant:42", Calls);
        var estimate = RateLimitDimension.Estimate("tenant:42", Tokens, 1);
        long costs = 0;

        var bytes = Allocations.Of(() =>
        {
            costs += Sum(prebuilt) + Sum(new RateLimitDimension("tenant:43", Calls, 3)) + Sum(estimate.WithCost(700));
        });

        costs.Should().BePositive();
        bytes.Should().Be(0);
    }

    private static bool Needs(RateLimitRequest request) => request.NeedsReservation;

    private static long Sum(RateLimitRequest request)
    {
        RateLimitRequest.ThrowIfEmpty(request);
        long sum = 0;
        foreach (ref readonly var dimension in request.Dimensions)
        {
            sum += dimension.Cost;
        }

        return request.NeedsReservation ? sum + 1 : sum;
    }
}
