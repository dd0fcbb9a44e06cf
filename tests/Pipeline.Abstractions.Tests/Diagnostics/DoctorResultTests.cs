using FluentAssertions;
using Pipeline.Diagnostics;
using Xunit;

namespace Pipeline.Abstractions.Tests.Diagnostics;

public sealed class DoctorResultTests
{
    [Fact]
    public void What_is_well_needs_no_mend()
    {
        var result = DoctorResult.Ok("Redis answers in 1 ms.");

        result.Status.Should().Be(DoctorStatus.Ok);
        result.Mend.Should().BeNull();
    }

    [Fact]
    public void What_is_wrong_says_what_and_how_to_mend_it()
    {
        var warning = DoctorResult.Warning("The pool has 5 connections.", "Set MaxPoolSize to 20.");
        var error = DoctorResult.Error("Redis does not answer.", "Start it, or correct the address.");

        warning.Status.Should().Be(DoctorStatus.Warning);
        warning.Mend.Should().Be("Set MaxPoolSize to 20.");
        error.Status.Should().Be(DoctorStatus.Error);
        error.Summary.Should().Be("Redis does not answer.");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void A_summary_is_never_missing(string? summary)
    {
        var ok = () => DoctorResult.Ok(summary!);
        var warning = () => DoctorResult.Warning(summary!, "mend");
        var error = () => DoctorResult.Error(summary!, "mend");

        ok.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("summary");
        warning.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("summary");
        error.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("summary");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void What_is_wrong_is_never_without_a_mend(string? mend)
    {
        var warning = () => DoctorResult.Warning("summary", mend!);
        var error = () => DoctorResult.Error("summary", mend!);

        warning.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("mend");
        error.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("mend");
    }
}
