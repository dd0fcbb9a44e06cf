using FluentAssertions;
using Pipeline.State;
using Xunit;

namespace Pipeline.Postgres.State;

public sealed class PostgresStateNumbersTests
{
    private readonly PostgresStateNumbers _numbers = new();

    [Fact]
    public void A_number_that_is_not_heard_from_one_call_to_the_next_is_missing_once()
    {
        _numbers.Look(10).Should().BeTrue("it is the first");
        _numbers.Hear(11).Should().BeTrue();
        _numbers.Hear(13).Should().BeTrue();
        _numbers.IsMissing().Should().BeFalse("12 may still come");
        _numbers.IsMissing().Should().BeTrue();

        _numbers.IsMissing().Should().BeFalse("it is not waited for any longer");
        _numbers.Hear(14).Should().BeTrue();
        _numbers.IsMissing().Should().BeFalse();
        _numbers.IsMissing().Should().BeFalse();
    }

    [Fact]
    public void Numbers_may_come_in_another_order()
    {
        _numbers.Look(10);
        foreach (var number in new long[] { 13, 12, 11, 15, 14 })
            _numbers.Hear(number).Should().BeTrue();

        _numbers.IsMissing().Should().BeFalse();
        _numbers.IsMissing().Should().BeFalse();
    }

    [Fact]
    public void A_look_shows_what_nothing_follows()
    {
        _numbers.Look(10);
        _numbers.Look(12).Should().BeFalse("it is not the first");
        _numbers.Hear(12).Should().BeTrue();
        _numbers.IsMissing().Should().BeFalse();
        _numbers.IsMissing().Should().BeTrue("11 did not come");
    }

    [Fact]
    public void One_that_comes_too_late_is_not_what_was_waited_for()
    {
        _numbers.Look(10);
        _numbers.Hear(10).Should().BeFalse();
        _numbers.Hear(12);
        _numbers.IsMissing();
        _numbers.IsMissing();

        _numbers.Hear(11).Should().BeFalse();
    }

    [Fact]
    public void Before_the_first_look_nothing_is_missing_and_what_was_heard_counts()
    {
        _numbers.Hear(12).Should().BeTrue();
        _numbers.IsMissing().Should().BeFalse();
        _numbers.IsMissing().Should().BeFalse();
        _numbers.IsKnown.Should().BeFalse();

        _numbers.Look(11).Should().BeTrue();
        _numbers.IsMissing().Should().BeFalse();
        _numbers.IsMissing().Should().BeFalse();
    }

    [Fact]
    public void What_is_forgotten_is_not_missing()
    {
        _numbers.Look(10);
        _numbers.Hear(12);
        _numbers.IsMissing();
        _numbers.Forget();

        _numbers.IsMissing().Should().BeFalse();
        _numbers.Look(20).Should().BeTrue();
        _numbers.IsMissing().Should().BeFalse();
        _numbers.IsMissing().Should().BeFalse();
    }
}
