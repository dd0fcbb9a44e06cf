using FluentAssertions;
using Pipeline.Learning;
using Xunit;

namespace Pipeline.Abstractions.Tests.Learning;

public sealed class OutcomeTests
{
    private static readonly OutcomeReport Report = new()
    {
        Tenant = "acme",
        LearningId = LearningId.Of(Samples.Record),
        FollowUpId = "run-2",
        Outcome = LearningOutcome.Improved,
    };

    public static TheoryData<string, Func<OutcomeReport>> BadReports() => new()
    {
        { "Tenant", () => Report with { Tenant = "" } },
        { "FollowUpId", () => Report with { FollowUpId = "" } },
        { "Outcome", () => Report with { Outcome = (LearningOutcome)5 } },
        { "Outcome", () => Report with { Outcome = LearningOutcome.Open } },
        { "Notes", () => Report with { Notes = " " } },
        { "Notes", () => Report with { Notes = new string('x', 4097) } },
    };

    [Theory]
    [MemberData(nameof(BadReports))]
    public void A_bad_report_is_refused_by_its_propertys_name(string property, Func<OutcomeReport> make) =>
        make.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(property);

    [Fact]
    public void Without_a_judgement_the_factor_is_a_half_and_there_is_no_rate()
    {
        default(OutcomeCounts).SuccessFactor.Should().Be(0.5);
        new OutcomeCounts { Unknown = 9 }.SuccessFactor.Should().Be(0.5);
        new OutcomeCounts { Unknown = 9 }.SuccessRate.Should().BeNull();
    }

    // The values of Wilson's formula at z = 0.8416, worked out by another program; for one of one it is 1 / (1 + z^2).
    [Theory]
    [InlineData(1, 0, 0, 0.5854)]
    [InlineData(10, 0, 0, 0.9339)]
    [InlineData(1, 1, 0, 0.2443)]
    [InlineData(0, 1, 0, 0.0)]
    [InlineData(0, 0, 7, 0.0)]
    [InlineData(80, 10, 10, 0.7643)]
    public void The_factor_is_the_lower_bound_of_the_rate(long improved, long noChange, long worse, double expected) =>
        new OutcomeCounts { Improved = improved, NoChange = noChange, Worse = worse }.SuccessFactor.Should().BeApproximately(expected, 0.00005);

    [Fact]
    public void A_success_speaks_for_a_learning_and_a_failure_against_it()
    {
        var none = default(OutcomeCounts).SuccessFactor;

        new OutcomeCounts { Improved = 1 }.SuccessFactor.Should().BeGreaterThan(none);
        new OutcomeCounts { NoChange = 1 }.SuccessFactor.Should().BeLessThan(none);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1_000_000_000_000)]
    public void The_factor_is_never_above_the_rate_and_rises_with_each_success(long improved)
    {
        var fewer = new OutcomeCounts { Improved = improved, Worse = 3 };
        var more = new OutcomeCounts { Improved = improved + improved, Worse = 3 };

        fewer.SuccessFactor.Should().BeLessThanOrEqualTo(fewer.SuccessRate!.Value);
        more.SuccessFactor.Should().BeGreaterThan(fewer.SuccessFactor);
    }

    [Fact]
    public void A_negative_count_is_refused()
    {
        var act = () => new OutcomeCounts { Worse = -1 };

        act.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be("Worse");
    }
}
