using System.Text;
using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Postgres.Servers;
using Pipeline.Postgres.Servers.Proxying;
using Pipeline.State;
using Xunit;

namespace Pipeline.Postgres.State;

/// <summary>A server that crashes, is silent, a standby, slow, or gives no rights.</summary>
public sealed class PostgresStateFailureTests
{
    private static readonly StateKey Key = new("space", "secret");

    [Fact]
    public async Task After_a_crash_everything_that_was_acknowledged_is_there_and_no_version_comes_again()
    {
        await using var server = await PostgresServer.StartAsync(new() { Durable = true });
        await using var process = StateProcess.Start(server.ConnectionString("postgres"));
        await WriteAsync(process, "before");
        var last = (await process.Store.GetAsync(Key))!.Value.Version;
        await process.Store.DeleteAsync(Key);
        await WriteAsync(process, "acknowledged");
        last = Math.Max(last, (await process.Store.GetAsync(Key))!.Value.Version);
        await server.StopAsync(PostgresStop.Immediate);

        await EachCallAsync(process);

        await server.StartAgainAsync();
        await Waiting.UntilAsync(() => ReadsAsync(process, "acknowledged"), "the server to be used again");
        await process.Store.DeleteAsync(Key);
        await WriteAsync(process, "after");
        (await process.Store.GetAsync(Key))!.Value.Version.Should().BeGreaterThan(last);
    }

    [Fact]
    public async Task A_silent_network_ends_a_call_at_its_deadline()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var proxy = PostgresProxy.Start(server.EndPoint);
        await PrepareAsync(server);
        await using var process = StateProcess.Start(server.ConnectionString("postgres", proxy.EndPoint), options => options.CommandTimeout = TimeSpan.FromMilliseconds(800));
        await Waiting.UntilAsync(async () => await process.Store.GetTimeAsync().AsTask().ContinueWith(read => read.IsCompletedSuccessfully), "a first answer");
        proxy.Mode = ProxyMode.Stalled;

        await EachCallAsync(process);

        proxy.Mode = ProxyMode.Forwarding;
        await Waiting.UntilAsync(async () => await process.Store.GetAsync(Key).AsTask().ContinueWith(read => read.IsCompletedSuccessfully), "an answer");
    }

    [Fact]
    public async Task A_write_whose_reply_was_lost_is_found_by_reading()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var proxy = PostgresProxy.Start(server.EndPoint);
        await PrepareAsync(server);
        await using var process = StateProcess.Start(server.ConnectionString("postgres", proxy.EndPoint));
        using var fault = proxy.DropReply("written");

        await process.Store.Invoking(store => store.CompareAndSetAsync(Key, "written"u8.ToArray(), StateEntry.NoVersion).AsTask())
            .Should().ThrowAsync<BackendUnavailableException>();

        await fault.Happened;
        (await ReadsAsync(process, "written")).Should().BeTrue();
    }

    [Fact]
    public async Task A_standby_reads_and_takes_no_writes_until_it_is_promoted()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var primary = StateProcess.Start(server.ConnectionString("postgres"));
        await WriteAsync(primary, "before");
        await using var standby = await server.CreateStandbyAsync();
        await server.WaitForStandbyAsync(standby);
        await using var process = StateProcess.Start(standby.ConnectionString("postgres"));
        var version = (await process.Store.GetAsync(Key))!.Value.Version;

        await FailsAsync(() => process.Store.CompareAndSetAsync(Key, default, version).AsTask(), "takes no writes");
        await FailsAsync(() => process.Store.CompareAndSetAsync(Key, default, StateEntry.NoVersion).AsTask(), "takes no writes");
        await FailsAsync(() => process.Store.DeleteAsync(Key).AsTask(), "takes no writes");

        (await process.Store.ListAsync("space")).Items.Should().ContainSingle();
        await standby.PromoteAsync();
        await Waiting.UntilAsync(
            async () => await process.Store.CompareAndSetAsync(Key, "after"u8.ToArray(), version).AsTask()
                .ContinueWith(write => write.IsCompletedSuccessfully && write.Result.Succeeded && write.Result.Version > version),
            "the promotion");
    }

    [Fact]
    public async Task A_statement_that_the_server_cuts_off_changes_nothing()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var process = StateProcess.Start(server.ConnectionString("postgres") + ";Options=-c statement_timeout=300");
        await using var other = StateProcess.Start(server.ConnectionString("postgres"));
        await WriteAsync(other, "before");
        var version = (await process.Store.GetAsync(Key))!.Value.Version;
        await using var connection = await server.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("SELECT FROM pipeline.state_entries FOR UPDATE", connection);
        await hold.ExecuteNonQueryAsync();

        await FailsAsync(() => process.Store.CompareAndSetAsync(Key, "new"u8.ToArray(), version).AsTask(), "statement_timeout");
        await FailsAsync(() => process.Store.DeleteAsync(Key).AsTask(), "statement_timeout");

        (await ReadsAsync(process, "before")).Should().BeTrue();
        await transaction.RollbackAsync();
        (await process.Store.CompareAndSetAsync(Key, "new"u8.ToArray(), version)).Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task A_role_without_rights_is_refused_with_the_mend()
    {
        await using var server = await PostgresServer.StartAsync();
        await PrepareAsync(server);
        await server.ExecuteAsync("CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA pipeline TO reader; GRANT SELECT ON pipeline.schema_version, pipeline.state_entries TO reader");
        var address = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres")) { Username = "reader" }.ConnectionString;
        await using var process = StateProcess.Start(address, options => options.MigrateOnStart = false);

        (await process.Store.GetAsync(Key)).Should().BeNull();
        var error = (await process.Store.Invoking(store => store.CompareAndSetAsync(Key, default, 0).AsTask()).Should().ThrowAsync<BackendRefusedException>()).Which;

        error.Message.Should().Contain("right").And.NotContain("secret");
        await using (var refused = process.Store.WatchAsync("space").GetAsyncEnumerator())
            await refused.Invoking(watch => watch.MoveNextAsync().AsTask()).Should().ThrowAsync<BackendRefusedException>();

        await server.ExecuteAsync(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pipeline TO reader; GRANT USAGE ON SEQUENCE pipeline.state_versions, pipeline.state_reports TO reader");
        await using var changes = process.Store.WatchAsync("space").GetAsyncEnumerator();
        (await changes.MoveNextAsync()).Should().BeTrue();
        await WriteAsync(process, "value");
        (await process.Store.DeleteAsync(Key)).Should().BeTrue();
    }

    [Fact]
    public async Task A_schema_that_may_not_be_made_ends_a_watch_with_the_mend()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var process = StateProcess.Start(server.ConnectionString("postgres"), options => options.MigrateOnStart = false);
        await using var changes = process.Store.WatchAsync("space").GetAsyncEnumerator();

        (await changes.Invoking(watch => watch.MoveNextAsync().AsTask()).Should().ThrowAsync<BackendRefusedException>()).WithMessage("*MigrateOnStart*");
    }

    private static async Task PrepareAsync(PostgresServer server)
    {
        await using var process = StateProcess.Start(server.ConnectionString("postgres"));
        await process.Connection.PrepareAsync(CancellationToken.None);
    }

    private static async Task WriteAsync(StateProcess process, string text) =>
        (await process.Store.CompareAndSetAsync(Key, Encoding.UTF8.GetBytes(text), (await process.Store.GetAsync(Key))?.Version ?? 0)).Succeeded.Should().BeTrue();

    private static async Task<bool> ReadsAsync(StateProcess process, string text)
    {
        try
        {
            return await process.Store.GetAsync(Key) is { } entry && Encoding.UTF8.GetString(entry.Value.Span) == text;
        }
        catch (BackendUnavailableException)
        {
            return false;
        }
    }

    private static async Task EachCallAsync(StateProcess process)
    {
        Func<Task>[] calls =
        [
            () => process.Store.GetAsync(Key).AsTask(),
            () => process.Store.CompareAndSetAsync(Key, "value"u8.ToArray(), 0).AsTask(),
            () => process.Store.CompareAndSetAsync(Key, "value"u8.ToArray(), 1).AsTask(),
            () => process.Store.DeleteAsync(Key).AsTask(),
            () => process.Store.ListAsync("space").AsTask(),
            () => process.Store.GetTimeAsync().AsTask(),
        ];
        foreach (var call in calls)
        {
            var error = (await call.Should().ThrowAsync<BackendUnavailableException>()).Which;
            error.Operation.Should().StartWith("state ");
            error.ToString().Split("   at ")[0].Should().NotContain("secret").And.NotContain("value");
        }
    }

    private static async Task FailsAsync(Func<Task> call, string reason) =>
        (await call.Should().ThrowAsync<BackendUnavailableException>()).Which.Reason.Should().Contain(reason);
}
