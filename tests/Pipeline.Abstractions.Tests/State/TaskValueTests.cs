using FluentAssertions;
using Pipeline.State;
using Xunit;

namespace Pipeline.Abstractions.Tests.State;

public sealed class TaskValueTests
{
    [Theory]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Progress_is_a_part_of_the_whole(double value)
    {
        var act = () => new TrackedTaskProgress(value);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("fraction");
    }

    [Fact]
    public void A_long_message_is_cut_and_no_character_is_halved()
    {
        new TrackedTaskProgress(0, new string('a', 2_000)).Message.Should().HaveLength(TrackedTaskProgress.MaxMessageLength);
        new TrackedTaskProgress(0, new string('a', 1_023) + "\U0001F600").Message.Should().Be(new string('a', 1_023));
        new TrackedTaskProgress(1, new string('a', 1_024)).Message.Should().HaveLength(1_024);
        default(TrackedTaskProgress).Message.Should().BeNull();
    }

    [Fact]
    public void Options_have_their_defaults_and_their_ranges()
    {
        var options = new TrackedTaskOptions();
        (options.Timeout, options.AttemptTimeout, options.MaxAttempts, options.Retention).Should().Be((TimeSpan.FromDays(1), null, 5, TimeSpan.FromDays(1)));

        Action[] bad =
        [
            () => _ = new TrackedTaskOptions { Timeout = TimeSpan.FromMilliseconds(99) },
            () => _ = new TrackedTaskOptions { Timeout = TimeSpan.FromDays(367) },
            () => _ = new TrackedTaskOptions { AttemptTimeout = TimeSpan.Zero },
            () => _ = new TrackedTaskOptions { AttemptTimeout = Timeout.InfiniteTimeSpan },
            () => _ = new TrackedTaskOptions { Retention = TimeSpan.Zero },
            () => _ = new TrackedTaskOptions { Retention = TimeSpan.FromDays(367) },
            () => _ = new TrackedTaskOptions { MaxAttempts = 0 },
            () => _ = new TrackedTaskOptions { MaxAttempts = 1_001 },
        ];
        foreach (var act in bad)
        {
            act.Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    [Fact]
    public void The_last_four_states_are_final()
    {
        var task = new TrackedTask
        {
            Tenant = "acme", Id = "1", State = TrackedTaskState.Pending, Attempts = 0, Progress = 0, CreatedAt = default, Deadline = default,
        };

        Enum.GetValues<TrackedTaskState>().Where(state => (task with { State = state }).IsEnded).Should().Equal(
            TrackedTaskState.Completed, TrackedTaskState.Failed, TrackedTaskState.Cancelled, TrackedTaskState.TimedOut);
    }
}
