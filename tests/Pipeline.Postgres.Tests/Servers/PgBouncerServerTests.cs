using FluentAssertions;
using Npgsql;
using Xunit;

namespace Pipeline.Postgres.Servers;

public sealed class PgBouncerServerTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("a test's password")]
    public async Task Many_clients_share_few_sessions(string? password)
    {
        await using var server = await PostgresServer.StartAsync(new() { Password = password });
        await using var pooler = await PgBouncerServer.StartAsync(server, sessions: 2);
        await server.CreateDatabaseAsync("pooled");
        await using var source = NpgsqlDataSource.Create(pooler.ConnectionString("pooled"));
        var connections = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => source.OpenConnectionAsync().AsTask()));

        var answers = await Task.WhenAll(connections.Select(AskAsync));

        answers.Should().AllBeEquivalentTo(42);
        (await server.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = 'pooled'")).Should().BeOneOf(1L, 2L);
        await Task.WhenAll(connections.Select(connection => connection.CloseAsync()));
    }

    [Fact]
    public async Task A_session_belongs_to_a_client_for_one_transaction_only()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var pooler = await PgBouncerServer.StartAsync(server, sessions: 1);
        await using var source = NpgsqlDataSource.Create(pooler.ConnectionString("postgres"));
        await using var first = await source.OpenConnectionAsync();
        await using var second = await source.OpenConnectionAsync();
        await using var session = new NpgsqlCommand("SELECT pg_backend_pid()", first);
        await using var other = new NpgsqlCommand("SELECT pg_backend_pid()", second);

        var (one, two) = (await session.ExecuteScalarAsync(), await other.ExecuteScalarAsync());

        one.Should().Be(two);
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT $1 + 2", connection) { Parameters = { new() { Value = 40 } } };
        return await command.ExecuteScalarAsync();
    }
}
