using FluentAssertions;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class FindingsTests
{
    [Fact]
    public void Nothing_found_is_well() => new Findings().ToResult("All is well.").Should().Be(DoctorResult.Ok("All is well."));

    [Fact]
    public void The_worst_status_counts_and_errors_come_first()
    {
        var findings = new Findings();
        findings.Warn("Odd.", "Look.");
        findings.Fail("Broken.", "Repair.");

        findings.ToResult("").Should().Be(DoctorResult.Error("Broken. Odd.", "Repair. Look."));
    }

    [Fact]
    public void The_same_mend_is_told_once()
    {
        var findings = new Findings();
        findings.Warn("A is odd.", "Look.");
        findings.Warn("B is odd.", "Look.");

        findings.ToResult("").Should().Be(DoctorResult.Warning("A is odd. B is odd.", "Look."));
    }

    [Fact]
    public void Of_many_findings_the_first_are_told_and_the_others_counted()
    {
        var findings = new Findings();
        for (var i = 0; i < 20; i++)
        {
            findings.Warn($"{i} is odd.", $"Look at {i}.");
        }

        var result = findings.ToResult("");

        result.Summary.Should().Be("0 is odd. 1 is odd. 2 is odd. 3 is odd. 4 is odd. 5 is odd. 6 is odd. 7 is odd. And 12 more of the kind.");
        result.Mend.Should().EndWith("Look at 7.");
    }

    [Fact]
    public void Figures_are_worded_for_people()
    {
        Wording.Names(["c", "a", "b"]).Should().Be("'a', 'b', 'c'");
        Wording.Names(["f", "e", "d", "c", "b", "a"]).Should().Be("'a', 'b', 'c', 'd', 'e' and 1 more");
        (Wording.Count(1, "queue"), Wording.Count(0, "queue"), Wording.Count(1234, "queue")).Should().Be(("1 queue", "0 queues", "1,234 queues"));
        (Wording.Bytes(1_048_575), Wording.Bytes(1_048_576), Wording.Bytes(1_073_741_824)).Should().Be(("1,048,575 bytes", "1 MiB", "1 GiB"));
        (Wording.Time(TimeSpan.FromSeconds(90)), Wording.Percent(0.25)).Should().Be(("00:01:30", "25 %"));
    }
}
