using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Abstractions.Tests.RateLimiting;

public sealed class RateLimitReservationTests
{
    private static readonly RateLimitRule Tokens = RateLimitRule.TokenBucket(300, TimeSpan.FromMinutes(1));

    private static readonly RateLimitReservation Reservation = new(
        Guid.NewGuid(),
        new RateLimitRequest(new RateLimitDimension("user", RateLimitRule.PerDay(10)), RateLimitDimension.Estimate("tenant", Tokens, 500)));

    [Fact]
    public void The_costs_of_its_request_are_what_was_reserved() =>
        Reservation.Request.Dimensions.ToArray().Select(dimension => dimension.Cost).Should().Equal(1, 300);

    [Fact]
    public void An_empty_id_or_request_is_refused()
    {
        var id = () => new RateLimitReservation(Guid.Empty, Reservation.Request);
        var request = () => new RateLimitReservation(Guid.NewGuid(), default);

        id.Should().Throw<ArgumentException>().WithParameterName("id");
        request.Should().Throw<ArgumentException>().WithParameterName("request");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, long.MaxValue)]
    public void One_cost_a_dimension_of_any_size_is_accepted(long first, long second)
    {
        var act = () => Reservation.ThrowIfInvalid([first, second]);

        act.Should().NotThrow();
    }

    [Fact]
    public void Too_few_too_many_or_negative_costs_are_refused()
    {
        var few = () => Reservation.ThrowIfInvalid([1]);
        var many = () => Reservation.ThrowIfInvalid([1, 2, 3]);
        var minusOne = () => Reservation.ThrowIfInvalid([1, -1]);
        var least = () => Reservation.ThrowIfInvalid([long.MinValue, 1]);

        few.Should().Throw<ArgumentException>().WithMessage("There are 1 costs for a reservation of 2 dimensions.*");
        many.Should().Throw<ArgumentException>().WithParameterName("actualCosts");
        minusOne.Should().Throw<ArgumentException>().WithMessage("A cost is negative.*");
        least.Should().Throw<ArgumentException>().WithMessage("A cost is negative.*");
    }
}
