using System.Buffers;
using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Conformance.Caching;
using Pipeline.Postgres.Servers;
using Pipeline.Postgres.Servers.Proxying;
using Xunit;

namespace Pipeline.Postgres.Caching;

/// <summary>A server that crashes, is silent, a standby, slow, or gives no rights.</summary>
public sealed class PostgresCacheFailureTests
{
    private const CacheReadOptions Strict = CacheReadOptions.RequireFreshTags | CacheReadOptions.AllowStale;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task After_a_crash_entries_are_gone_generations_stand_and_the_feed_is_heard_again()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var process = CacheProcess.Start(server.ConnectionString("postgres"));
        await process.HearAsync();
        await process.SetTaggedAsync("secret", "value", "t");
        var before = new CacheEntryOptions { FreshFor = Minute, Tags = await process.Cache.ReadGenerationsAsync(["t"]) };
        await process.Cache.InvalidateTagAsync("t");
        var generation = (await process.Cache.ReadGenerationsAsync(["t"]))[0].Generation;
        var kept = new CacheEntryOptions { FreshFor = Minute, Tags = await process.Cache.ReadGenerationsAsync(["t"]) };
        using var log = new NoticeLog(process.Feed);
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        await server.StopAsync(PostgresStop.Immediate);

        await EachCallAsync(process, "secret");
        await log.WaitForAsync(notice => notice == CacheInvalidation.Interrupted, HangLimit);

        await server.StartAgainAsync();
        await Waiting.UntilAsync(() => IsDoneAsync(() => process.GetAsync("secret")), "the server to be used again");
        (await process.StatusAsync("secret")).Should().Be(CacheReadStatus.Missing);
        (await process.Cache.ReadGenerationsAsync(["t"]))[0].Generation.Should().Be(generation);
        await process.SetAsync("late", "old", before);
        await process.SetAsync("good", "new", kept);
        (await process.GetAsync("late", Strict)).Should().BeNull();
        (await process.GetAsync("good", Strict)).Should().Be("new");
        var resyncs = 0;
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync && ++resyncs == 2, HangLimit);
        await process.Cache.RemoveAsync("heard");
        await log.WaitForAsync(notice => notice == CacheInvalidation.ForKey("heard", isLocal: true), HangLimit);
    }

    [Fact]
    public async Task A_silent_network_ends_each_call_at_its_deadline()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var proxy = PostgresProxy.Start(server.EndPoint);
        await PrepareAsync(server);
        await using var process = CacheProcess.Start(
            server.ConnectionString("postgres", proxy.EndPoint), options => options.CommandTimeout = TimeSpan.FromMilliseconds(800));
        await Waiting.UntilAsync(() => IsDoneAsync(() => process.SetAsync("a", "value")), "a first answer");
        proxy.Mode = ProxyMode.Stalled;

        await EachCallAsync(process, "a");

        proxy.Mode = ProxyMode.Forwarding;
        await Waiting.UntilAsync(() => IsDoneAsync(() => process.SetAsync("a", "new")), "an answer");
    }

    [Fact]
    public async Task A_standby_is_unavailable_and_a_server_like_any_once_it_is_promoted()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var first = CacheProcess.Start(server.ConnectionString("postgres"));
        await first.SetTaggedAsync("secret", "value", "t");
        await first.Cache.InvalidateTagAsync("t");
        var generation = (await first.Cache.ReadGenerationsAsync(["t"]))[0].Generation;
        await using var standby = await server.CreateStandbyAsync();
        await server.WaitForStandbyAsync(standby);
        await using var process = CacheProcess.Start(standby.ConnectionString("postgres"));

        await EachCallAsync(process, "secret");

        await standby.PromoteAsync();
        await Waiting.UntilAsync(() => IsDoneAsync(() => process.SetAsync("a", "value")), "the promotion");
        (await process.GetAsync("secret", Strict)).Should().BeNull();
        (await process.Cache.ReadGenerationsAsync(["t"]))[0].Generation.Should().Be(generation);
    }

    [Fact]
    public async Task A_statement_that_the_server_cuts_off_is_unavailable_and_not_done()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var process = CacheProcess.Start(server.ConnectionString("postgres") + ";Options=-c statement_timeout=300");
        await using var other = CacheProcess.Start(server.ConnectionString("postgres"));
        await other.SetAsync("a", "value");
        await process.GetAsync("a");
        await using var connection = await server.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("SELECT FROM pipeline.cache_entries WHERE key = 'a' FOR UPDATE", connection);
        await hold.ExecuteNonQueryAsync();

        await FailsAsync(() => process.SetAsync("a", "new"), "statement_timeout");
        await FailsAsync(() => process.Cache.RemoveAsync("a").AsTask(), "statement_timeout");

        (await process.GetAsync("a")).Should().Be("value");
        await transaction.RollbackAsync();
        await process.SetAsync("a", "new");
        (await process.GetAsync("a")).Should().Be("new");
    }

    [Fact]
    public async Task A_role_without_rights_is_refused_with_the_mend()
    {
        await using var server = await PostgresServer.StartAsync();
        await PrepareAsync(server);
        await server.ExecuteAsync("CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA pipeline TO reader; GRANT SELECT ON pipeline.schema_version, pipeline.cache_entries TO reader");
        var address = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres")) { Username = "reader" }.ConnectionString;
        await using var process = CacheProcess.Start(address, options => options.MigrateOnStart = false);

        (await process.GetAsync("secret")).Should().BeNull();
        var error = (await process.Invoking(cache => cache.SetAsync("secret", "value")).Should().ThrowAsync<BackendRefusedException>()).Which;

        error.Message.Should().Contain("right").And.NotContain("secret");
        await server.ExecuteAsync("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pipeline TO reader");
        await process.SetTaggedAsync("secret", "value", "t");
        await process.Cache.InvalidateTagAsync("t");
        (await process.Leases.TryTakeAsync("secret", Minute)).IsTaken.Should().BeTrue();
    }

    [Fact]
    public async Task A_write_whose_reply_was_lost_is_done()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var proxy = PostgresProxy.Start(server.EndPoint);
        await PrepareAsync(server);
        await using var process = CacheProcess.Start(server.ConnectionString("postgres", proxy.EndPoint));
        await process.SetTaggedAsync("a", "value", "t");
        using var invalidated = proxy.DropReply("raised");
        await FailsAsync(() => process.Cache.InvalidateTagAsync("t").AsTask(), "connection failed");
        (await process.GetAsync("a", Strict)).Should().BeNull();
        using var added = proxy.DropReply("stored");
        await FailsAsync(() => process.AddAsync("b", "value"), "connection failed");
        (await process.AddAsync("b", "other")).Should().BeFalse();

        (await process.GetAsync("b")).Should().Be("value");
    }

    [Fact]
    public async Task Behind_a_pooler_that_passes_nothing_on_every_read_is_judged_by_the_server()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var pooler = await PgBouncerServer.StartAsync(server, sessions: 4);
        await PrepareAsync(server);
        await using var process = CacheProcess.Start(pooler.ConnectionString("postgres") + ";Max Auto Prepare=0;No Reset On Close=true");
        await using var other = CacheProcess.Start(server.ConnectionString("postgres"));
        using var log = new NoticeLog(process.Feed);
        await process.SetTaggedAsync("a", "value", "t");
        (await process.GetAsync("a")).Should().Be("value");

        await other.Cache.InvalidateTagAsync("t");

        (await process.GetAsync("a")).Should().BeNull();
        (await process.AddAsync("a", "new")).Should().BeTrue();
        process.Cache.IsHearing.Should().BeFalse();
        log.Heard.Should().BeEmpty();
    }

    private static async Task PrepareAsync(PostgresServer server)
    {
        await using var process = CacheProcess.Start(server.ConnectionString("postgres"));
        await process.Connection.PrepareAsync(CancellationToken.None);
    }

    private static async Task<bool> IsDoneAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (BackendUnavailableException)
        {
            return false;
        }
    }

    private static async Task EachCallAsync(CacheProcess process, string key)
    {
        var lease = CacheFillLease.Taken(key, Guid.NewGuid(), Minute);
        Func<Task>[] calls =
        [
            () => process.GetAsync(key),
            () => process.GetAsync(key, Strict),
            () => process.Cache.GetManyAsync(new[] { key }, new ArrayBufferWriter<byte>(), new CacheReadResult[1]).AsTask(),
            () => process.SetAsync(key, "value"),
            () => process.SetAsync(key, "value", new() { FreshFor = Minute, AnnounceChange = true }),
            () => process.Cache.SetManyAsync(new[] { new CacheEntry(key, default, new() { FreshFor = Minute, SlidingWindow = Minute }) }).AsTask(),
            () => process.AddAsync(key, "value"),
            () => process.Cache.RemoveAsync(key).AsTask(),
            () => process.Cache.InvalidateTagAsync(key).AsTask(),
            () => process.Cache.ReadGenerationsAsync([key]).AsTask(),
            () => process.Leases.TryTakeAsync(key, Minute).AsTask(),
            () => process.Leases.RenewAsync(lease, Minute).AsTask(),
            () => process.Leases.ReleaseAsync(lease).AsTask(),
        ];
        foreach (var call in calls)
        {
            var error = (await call.Should().ThrowAsync<BackendUnavailableException>()).Which;
            error.Operation.Should().StartWith("cache ");
            error.ToString().Split("   at ")[0].Should().NotContain($":{key}").And.NotContain("value");
        }
    }

    private static async Task FailsAsync(Func<Task> call, string reason) =>
        (await call.Should().ThrowAsync<BackendUnavailableException>()).Which.Reason.Should().Contain(reason);
}
