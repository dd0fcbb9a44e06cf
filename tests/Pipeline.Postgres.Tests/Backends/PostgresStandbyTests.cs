using FluentAssertions;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers;
using Xunit;

namespace Pipeline.Postgres.Backends;

/// <summary>Servers that follow others.</summary>
public sealed class PostgresStandbyTests
{
    [Fact]
    public async Task A_standby_takes_no_writes_and_a_connection_string_with_both_finds_the_one_that_was_promoted()
    {
        await using var primary = await PostgresServer.StartAsync();
        await using (var first = PostgresTestClient.Connect(primary.ConnectionString("postgres")))
            await first.RunAsync("CREATE TABLE kept (id int)");
        await using var standby = await primary.CreateStandbyAsync();
        await primary.WaitForStandbyAsync(standby);
        await using var reading = PostgresTestClient.Connect(standby.ConnectionString("postgres"));
        await using var both = PostgresTestClient.Connect(PostgresCalls.With(primary.ConnectionString("postgres"), builder =>
        {
            builder.Host = $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}";
            builder.TargetSessionAttributes = "primary";
            builder.HostRecheckSeconds = 1;
        }));

        (await reading.AskAsync("SELECT count(*) FROM kept")).Should().Be(0L);
        (await reading.FailsAsync("INSERT INTO kept VALUES (1)")).Reason.Should().Contain("takes no writes");
        await both.RunAsync("INSERT INTO kept VALUES (2)");
        both.Backend.Should().Be($"Postgres at 127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}/postgres");
        await primary.WaitForStandbyAsync(standby);

        await primary.KillAsync();
        await standby.PromoteAsync();

        await Waiting.UntilAsync(() => both.AnswersAsync("INSERT INTO kept VALUES (3) RETURNING id"), "the promoted server");
        (await both.AskAsync("SELECT count(*) FROM kept WHERE id <> 1")).Should().Be(2L);
    }

    [Fact]
    public async Task A_standby_without_the_schema_is_an_outage_at_the_start()
    {
        await using var primary = await PostgresServer.StartAsync();
        await using var standby = await primary.CreateStandbyAsync();
        await using var connection = PostgresTestClient.Connect(standby.ConnectionString("postgres"));

        (await connection.FailsAsync()).Reason.Should().Contain("takes no writes");
    }
}
