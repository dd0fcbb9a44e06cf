using FluentAssertions;
using Xunit;

namespace Pipeline.Queues;

/// <summary>The crash program of benchmarks/Pipeline.Crash in short, and with workers that are wrong on purpose.</summary>
[Collection(AloneCollection.Name)]
public sealed class CrashTests
{
    [Fact]
    public async Task Killed_workers_and_a_killed_server_lose_double_and_disorder_nothing()
    {
        var (exitCode, output) = await CrashProgram.RunAsync(
            "--backend redis --messages 6000 --workers 3 --lease 1.5 --server-kills 1 --server-pauses 0 --worker-pauses 1 --client-cuts 1");

        exitCode.Should().Be(0, output);
        output.Should().Contain("Every promise was kept.");
    }

    [Theory]
    [InlineData("IgnoresRefusals", "was completed 2 times")]
    [InlineData("SkipsMessages", "was lost: its enqueue was acknowledged")]
    public async Task Workers_that_are_wrong_are_found_out(string defect, string problem)
    {
        var (exitCode, output) = await CrashProgram.RunAsync(
            "--backend redis --messages 2000 --workers 2 --lease 1 --seconds-between-kills 60 --server-kills 0 --server-pauses 0 --worker-pauses 1 --client-cuts 0 --defect " + defect);

        exitCode.Should().Be(1, output);
        output.Should().Contain(problem);
    }
}
