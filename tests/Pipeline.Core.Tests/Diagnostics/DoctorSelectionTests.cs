using FluentAssertions;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class DoctorSelectionTests
{
    private static readonly Doctor Doctor = new(
        new[] { ("queue.workers", false), ("queue.backlog", true), ("docs/queue.workers", false), ("redis.eviction-policy", true) }
            .Select(check => new StubCheck(check.Item1, DoctorResult.Ok("Fine."), check.Item2)));

    [Theory]
    [InlineData("queue.*", "queue.backlog", "queue.workers")]
    [InlineData("QUEUE.WORKERS", "queue.workers")]
    [InlineData("*queue.workers", "docs/queue.workers", "queue.workers")]
    [InlineData("queue.??????g", "queue.backlog")]
    [InlineData("*", "docs/queue.workers", "queue.backlog", "queue.workers", "redis.eviction-policy")]
    public async Task Only_the_checks_that_a_pattern_matches_run(string pattern, params string[] names)
    {
        var report = await Doctor.RunAsync(new DoctorRunOptions { Only = [pattern] });

        report.Rows.Select(row => row.Name).Should().Equal(names);
    }

    [Fact]
    public async Task Several_patterns_add_up_and_exceptions_win()
    {
        var report = await Doctor.RunAsync(new DoctorRunOptions { Only = ["queue.*", "redis.*"], Except = ["*.backlog"] });

        report.Rows.Select(row => row.Name).Should().Equal("queue.workers", "redis.eviction-policy");
    }

    [Fact]
    public async Task Checks_that_use_the_network_are_left_out_on_demand_and_named()
    {
        var report = await Doctor.RunAsync(new DoctorRunOptions { SkipNetwork = true, Except = ["docs/*"] });

        report.Rows.Select(row => row.Name).Should().Equal("queue.workers");
        report.Skipped.Should().Equal("queue.backlog", "redis.eviction-policy");
    }

    [Fact]
    public async Task A_pattern_that_matches_no_check_is_refused()
    {
        var only = () => Doctor.RunAsync(new DoctorRunOptions { Only = ["queue.*", "quue.*"] });
        var except = () => Doctor.RunAsync(new DoctorRunOptions { Except = [""] });

        await only.Should().ThrowAsync<ArgumentException>().WithMessage("No check is named 'quue.*'. Correct the pattern*");
        await except.Should().ThrowAsync<ArgumentException>().WithMessage("No check is named ''.*");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var timeout = (TimeSpan value) => new DoctorRunOptions { CheckTimeout = value };
        var parallelism = (int value) => new DoctorRunOptions { MaxParallelism = value };

        timeout.Invoking(make => make(TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("CheckTimeout is out of range. Give 1 millisecond to 1 hour.*");
        timeout.Invoking(make => make(TimeSpan.FromHours(1.1))).Should().Throw<ArgumentOutOfRangeException>();
        timeout(TimeSpan.FromMilliseconds(1)).CheckTimeout.Should().Be(TimeSpan.FromMilliseconds(1));
        timeout(TimeSpan.FromHours(1)).CheckTimeout.Should().Be(TimeSpan.FromHours(1));
        parallelism.Invoking(make => make(0)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("MaxParallelism is out of range. Give 1 to 64.*");
        parallelism.Invoking(make => make(65)).Should().Throw<ArgumentOutOfRangeException>();
        parallelism(64).MaxParallelism.Should().Be(64);
    }

    [Fact]
    public void What_is_missing_is_refused()
    {
        var checks = () => new Doctor(null!);
        var only = () => new DoctorRunOptions { Only = null! };
        var except = () => new DoctorRunOptions { Except = null! };

        checks.Should().Throw<ArgumentNullException>();
        only.Should().Throw<ArgumentNullException>().Which.ParamName.Should().Be("Only");
        except.Should().Throw<ArgumentNullException>().Which.ParamName.Should().Be("Except");
    }
}
