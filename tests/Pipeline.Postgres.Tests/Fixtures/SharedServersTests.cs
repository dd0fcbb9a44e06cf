using FluentAssertions;
using Npgsql;
using Xunit;

namespace Pipeline.Postgres.Fixtures;

public sealed class SharedServersTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    [Theory]
    [InlineData(PostgresTopologyKind.Node, true)]
    [InlineData(PostgresTopologyKind.SlowNode, true)]
    [InlineData(PostgresTopologyKind.Plain, false)]
    public async Task Everybody_gets_a_database_of_their_own(PostgresTopologyKind kind, bool hasVector)
    {
        await using var mine = NpgsqlDataSource.Create(await SharedServers.CreateDatabaseAsync(kind));
        await using var others = NpgsqlDataSource.Create(await SharedServers.CreateDatabaseAsync(kind));

        await RunAsync(mine, "CREATE TABLE mine (id int)");

        (await RunAsync(mine, "SELECT to_regclass('mine') IS NULL")).Should().Be(false);
        (await RunAsync(others, "SELECT to_regclass('mine') IS NULL")).Should().Be(true);
        (await RunAsync(mine, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')")).Should().Be(hasVector);
    }

    [Fact]
    public async Task Statements_are_counted_in_one_database_and_housekeeping_apart()
    {
        var counter = new StatementCounter(fixture.Node, fixture.Database);
        await counter.ResetAsync();
        await using var other = NpgsqlDataSource.Create(await SharedServers.CreateDatabaseAsync());

        // A connection that others have used is reset before it is used again.
        for (var i = 0; i < 5; i++)
            await RunAsync(fixture.Source, $"SELECT {i} AS counted");
        await RunAsync(other, "SELECT 1 AS counted");
        await using (var connection = await fixture.Source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand("SELECT 'in a transaction'", connection, transaction);
            await command.ExecuteScalarAsync();
            await transaction.CommitAsync();
        }

        var counts = await counter.ReadAsync();
        counts["AS counted"].Should().Be(5, "{0}", counts);
        counts.Operations.Should().Be(6, "{0}", counts);
        counts.All.Should().BeGreaterThan(6, "{0}", counts);
        await counter.ResetAsync();
        (await counter.ReadAsync()).All.Should().Be(0);
    }

    private static async Task<object?> RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
