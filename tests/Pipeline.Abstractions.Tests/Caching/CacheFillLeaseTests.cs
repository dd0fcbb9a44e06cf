using FluentAssertions;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Abstractions.Tests.Caching;

public sealed class CacheFillLeaseTests
{
    private static readonly Guid Token = new("6f2d0f4a-0000-4000-8000-000000000001");

    public static TheoryData<TimeSpan> DurationsOutOfRange => new()
    {
        TimeSpan.Zero,
        CacheFillLease.MinDuration - TimeSpan.FromTicks(1),
        CacheFillLease.MaxDuration + TimeSpan.FromTicks(1),
        Timeout.InfiniteTimeSpan,
    };

    [Fact]
    public void A_lease_that_was_taken_has_its_token()
    {
        var lease = CacheFillLease.Taken("key", Token, TimeSpan.FromSeconds(5));

        lease.IsTaken.Should().BeTrue();
        (lease.Key, lease.Token, lease.Remaining).Should().Be(("key", Token, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_lease_of_another_shows_no_token()
    {
        var lease = CacheFillLease.HeldByAnother("key", TimeSpan.Zero);

        lease.IsTaken.Should().BeFalse();
        lease.Token.Should().BeEmpty();
        default(CacheFillLease).IsTaken.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(DurationsOutOfRange))]
    public void A_duration_out_of_range_is_refused(TimeSpan duration)
    {
        var act = () => CacheFillLease.Taken("key", Token, duration);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(duration)).WithMessage("*from 100 milliseconds to 1 hour*");
    }

    [Fact]
    public void Bad_keys_empty_tokens_and_negative_times_are_refused()
    {
        var key = () => CacheFillLease.HeldByAnother("", TimeSpan.Zero);
        var token = () => CacheFillLease.Taken("key", Guid.Empty, TimeSpan.FromSeconds(1));
        var remaining = () => CacheFillLease.HeldByAnother("key", TimeSpan.FromTicks(-1));

        key.Should().Throw<ArgumentException>().WithParameterName("key");
        token.Should().Throw<ArgumentException>().WithParameterName("token");
        remaining.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("remaining");
    }
}
