using FluentAssertions;
using Pipeline.State;
using Xunit;

namespace Pipeline.Abstractions.Tests.State;

public sealed class StateArgumentsTests
{
    private static readonly StateKey Key = new("space", "key");

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(StateEntry.MaxValueBytes, long.MaxValue, 1)]
    public void A_write_in_range_is_let_through(int length, long version, int? milliseconds)
    {
        var act = () => StateArguments.CheckWrite(Key, new byte[length], version, Time(milliseconds));

        act.Should().NotThrow();
    }

    [Theory]
    [InlineData(StateEntry.MaxValueBytes + 1, 0, null, "value")]
    [InlineData(0, -1, null, "expectedVersion")]
    [InlineData(0, 0, 0.0, "timeToLive")]
    [InlineData(0, 0, 0.5, "timeToLive")]
    [InlineData(0, 0, 3651.0 * 24 * 3600 * 1000, "timeToLive")]
    public void A_write_out_of_range_is_refused(int length, long version, double? milliseconds, string argument)
    {
        var act = () => StateArguments.CheckWrite(Key, new byte[length], version, Time(milliseconds));

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(argument);
    }

    [Fact]
    public void A_default_key_is_refused()
    {
        var write = () => StateArguments.CheckWrite(default, default, 0, timeToLive: null);
        var delete = () => StateArguments.CheckDelete(default, expectedVersion: null);

        write.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("key");
        delete.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("key");
    }

    [Fact]
    public void A_deletion_names_a_version_that_an_entry_can_have()
    {
        var none = () => StateArguments.CheckDelete(Key, StateEntry.NoVersion);
        var any = () => StateArguments.CheckDelete(Key, expectedVersion: null);

        none.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be("expectedVersion");
        any.Should().NotThrow();
    }

    [Fact]
    public void A_conflict_shows_the_entry_that_stood_in_the_way()
    {
        var current = new StateEntry(new byte[] { 1 }, Version: 7);

        var conflict = StateWriteResult.Conflict(current);

        conflict.Succeeded.Should().BeFalse();
        conflict.Version.Should().Be(StateEntry.NoVersion);
        conflict.Current.Should().Be(current);
        StateWriteResult.Conflict(current: null).Should().Be(default(StateWriteResult));
    }

    [Fact]
    public void A_write_that_took_place_has_a_version()
    {
        StateWriteResult.Written(8).Should().Match<StateWriteResult>(result => result.Succeeded && result.Version == 8 && result.Current == null);
        var act = () => StateWriteResult.Written(StateEntry.NoVersion);
        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData("", "", null, 1, "space")]
    [InlineData("space", "a\nb", null, 1, "prefix")]
    [InlineData("space", null, null, 1, "prefix")]
    [InlineData("space", "", "", 1, "after")]
    [InlineData("space", "", null, 0, "limit")]
    [InlineData("space", "", null, StateArguments.MaxPageLength + 1, "limit")]
    public void A_listing_out_of_range_is_refused(string space, string? prefix, string? after, int limit, string argument)
    {
        var act = () => StateArguments.CheckList(space, prefix!, after, limit);

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(argument);
    }

    [Fact]
    public void A_listing_in_range_is_let_through()
    {
        var all = () => StateArguments.CheckList("space", "", after: null, StateArguments.MaxPageLength);
        var some = () => StateArguments.CheckList("space", "acme/", "acme/1", 1);

        all.Should().NotThrow();
        some.Should().NotThrow();
    }

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    [InlineData(12 * 3_600_000, true)]
    [InlineData((12 * 3_600_000) + 1, false)]
    public void A_lease_is_a_tenth_of_a_second_to_half_a_day(int milliseconds, bool isAllowed)
    {
        var lease = TimeSpan.FromMilliseconds(milliseconds);

        var act = () => StateArguments.CheckLease(lease);

        if (isAllowed)
        {
            act.Should().NotThrow();
        }
        else
        {
            act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("lease");
        }
    }

    private static TimeSpan? Time(double? milliseconds) =>
        milliseconds is { } number ? TimeSpan.FromTicks((long)(number * TimeSpan.TicksPerMillisecond)) : null;
}
