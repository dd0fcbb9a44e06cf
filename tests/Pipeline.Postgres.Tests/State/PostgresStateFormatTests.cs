using FluentAssertions;
using Pipeline.Postgres.Fixtures;
using Pipeline.State;
using Xunit;

namespace Pipeline.Postgres.State;

/// <summary>The text and the rows of docs/formats.md.</summary>
public sealed class PostgresStateFormatTests
{
    [Theory]
    [InlineData(StateChangeKind.Written, "space", "acme/1", "1w42:5:spaceacme/1")]
    [InlineData(StateChangeKind.Deleted, "1:2", "ü", "1d42:3:1:2ü")]
    public void A_report_is_written_and_read(StateChangeKind kind, string space, string key, string payload)
    {
        var report = new PostgresStateReport(42, kind, new StateKey(space, key));
        report.Write().Should().Be(payload);

        PostgresStateReport.TryRead(payload, out var read).Should().BeTrue();
        read.Should().Be(report);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1w")]
    [InlineData("1w1")]
    [InlineData("1w1:space")]
    [InlineData("1w5:spacekey")]
    [InlineData("1w1:5:space")]
    [InlineData("1w1:0:space")]
    [InlineData("1w1:9:space")]
    [InlineData("1w1:-1:space")]
    [InlineData("1w:5:spacekey")]
    [InlineData("1w-1:5:spacekey")]
    [InlineData("1x1:5:spacekey")]
    [InlineData("2w1:5:spacekey")]
    [InlineData("1w1:5:spacek\n")]
    public void Other_text_is_no_report(string payload) => PostgresStateReport.TryRead(payload, out _).Should().BeFalse();

    [Fact]
    public async Task What_stands_on_the_server_is_as_documented()
    {
        var node = await SharedServers.NodeAsync();
        var database = await SharedServers.CreateDatabaseAsync();
        await using var process = StateProcess.Start(database);
        var written = await process.Store.CompareAndSetAsync(new StateKey("space", "acme/1"), "hello"u8.ToArray(), StateEntry.NoVersion, TimeSpan.FromHours(1));

        var name = new Npgsql.NpgsqlConnectionStringBuilder(database).Database;
        (await node.ScalarAsync(
            "SELECT concat_ws(' ', space, key, version, encode(value, 'escape'), expires_at > now() + interval '59 minutes') FROM pipeline.state_entries", name))
            .Should().Be($"space acme/1 {written.Version} hello t");
        (written.Version >> 16).Should().Be((long)(await node.ScalarAsync("SELECT last_value FROM pipeline.state_versions", name))!);
    }
}
