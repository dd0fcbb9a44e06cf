using FluentAssertions;
using Xunit;

namespace Pipeline.Postgres.Queues;

/// <summary>The crash program of benchmarks/Pipeline.Crash in short. That it finds out workers that are wrong, the tests of Redis show.</summary>
[Collection(AloneCollection.Name)]
public sealed class PostgresCrashTests
{
    [Fact]
    public async Task Killed_workers_and_a_killed_server_lose_double_and_disorder_nothing()
    {
        var (exitCode, output) = await CrashProgram.RunAsync(
            "--backend postgres --messages 5000 --workers 3 --lease 1.5 --server-kills 1 --server-pauses 0 --worker-pauses 1 --client-cuts 1");

        exitCode.Should().Be(0, output);
        output.Should().Contain("Every promise was kept.");
    }
}
