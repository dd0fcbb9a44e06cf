using FluentAssertions;
using Xunit;

namespace Pipeline.Steps;

public sealed class ChainProgressTests
{
    [Fact]
    public void A_run_that_was_given_up_begins_no_further_step_and_its_failure_stays_where_it_was()
    {
        var progress = new ChainProgress<string>("a", "1");
        progress.TryBegin("b", "2").Should().BeTrue();

        progress.Seal().Should().Be("b");

        progress.TryBegin("c", "3").Should().BeFalse();
        var outcome = progress.Fail(new FormatException(), TimeSpan.Zero);
        (outcome.FailedStep, outcome.ResumeStep, outcome.Item).Should().Be(("b", "b", "2"));
    }
}
