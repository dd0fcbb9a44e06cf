using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Xunit;

namespace Pipeline.Diagnostics;

/// <summary>Each check on real servers that are configured rightly and wrongly.</summary>
public sealed partial class RedisDoctorTests
{
    private const PipelineRoles All = PipelineRoles.All;

    [Fact]
    public async Task A_server_for_queues_that_is_set_up_well_has_nothing_to_say_against_it()
    {
        await using var server = await RedisServer.StartAsync(new RedisServerOptions { AppendFsync = "always", MaxMemory = "1gb" });
        await using var connection = RedisTestClient.Connect(server.ClientOptions(), RedisTestClient.NewPrefix());

        foreach (var check in Checks(connection, All))
        {
            var result = await check.CheckAsync();
            result.Status.Should().Be(DoctorStatus.Ok, $"{check.Name}: {result.Summary}");
        }

        (await server.ExecuteAsync("DBSIZE")).Should().Be(0L, "a check leaves nothing behind");
    }

    [Theory]
    [InlineData("allkeys-lru", PipelineRoles.Queues, DoctorStatus.Error)]
    [InlineData("volatile-ttl", PipelineRoles.State, DoctorStatus.Error)]
    [InlineData("allkeys-lru", PipelineRoles.Telemetry | PipelineRoles.Cache, DoctorStatus.Error)]
    [InlineData("allkeys-lfu", PipelineRoles.RateLimiting, DoctorStatus.Warning)]
    [InlineData("allkeys-lru", PipelineRoles.Cache, DoctorStatus.Ok)]
    [InlineData("noeviction", PipelineRoles.Queues, DoctorStatus.Ok)]
    public async Task A_policy_that_evicts_is_judged_by_what_stands_there(string policy, PipelineRoles roles, DoctorStatus status)
    {
        var result = await LookAsync(new RedisServerOptions { MaxMemory = "100mb", MaxMemoryPolicy = policy }, targets => new RedisEvictionPolicyCheck(targets), roles);

        result.Status.Should().Be(status);
        if (status != DoctorStatus.Ok)
        {
            result.Summary.Should().Contain(policy);
            result.Mend.Should().Contain("maxmemory-policy noeviction");
        }
    }

    [Theory]
    [InlineData(null, "", DoctorStatus.Error, "keeps nothing on disk")]
    [InlineData(null, "save 3600 1", DoctorStatus.Warning, "snapshots only")]
    [InlineData("everysec", "", DoctorStatus.Warning, "once a second")]
    [InlineData("no", "", DoctorStatus.Warning, "leaves it to the system")]
    [InlineData("always", "", DoctorStatus.Ok, "before it answers")]
    public async Task Persistence_is_judged_by_what_a_crash_would_lose(string? fsync, string setting, DoctorStatus status, string summary)
    {
        var options = new RedisServerOptions { AppendFsync = fsync, Settings = setting.Length == 0 ? [] : [setting] };

        var result = await LookAsync(options, targets => new RedisPersistenceCheck(targets), PipelineRoles.Queues);

        result.Status.Should().Be(status);
        result.Summary.Should().Contain(summary);
    }

    [Fact]
    public async Task A_cache_may_be_lost()
    {
        var result = await LookAsync(new RedisServerOptions(), targets => new RedisPersistenceCheck(targets), PipelineRoles.Cache | PipelineRoles.RateLimiting);

        result.Status.Should().Be(DoctorStatus.Ok);
    }

    [Theory]
    [InlineData(null, DoctorStatus.Warning, "whether it saves snapshots")]
    [InlineData("always", DoctorStatus.Warning, "does not tell when it is synced")]
    public async Task What_a_user_without_CONFIG_cannot_see_is_said(string? fsync, DoctorStatus status, string summary)
    {
        var options = new RedisServerOptions { AppendFsync = fsync, Settings = ["user default on nopass ~* &* +@all -config"] };

        var result = await LookAsync(options, targets => new RedisPersistenceCheck(targets), PipelineRoles.State);

        result.Status.Should().Be(status);
        result.Summary.Should().Contain(summary);
        result.Mend.Should().Contain("+config|get");
    }

    [Fact]
    public async Task The_eviction_policy_is_seen_without_CONFIG()
    {
        var options = new RedisServerOptions { MaxMemory = "100mb", MaxMemoryPolicy = "allkeys-lru", Settings = ["user default on nopass ~* &* +@all -config"] };

        (await LookAsync(options, targets => new RedisEvictionPolicyCheck(targets), All)).Status.Should().Be(DoctorStatus.Error);
    }

    [Fact]
    public async Task What_a_user_without_INFO_cannot_see_is_said()
    {
        var options = new RedisServerOptions { Settings = ["user default on nopass ~* &* +@all -info"] };

        var result = await LookAsync(options, targets => new RedisVersionCheck(targets), All);

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Summary.Should().Contain("cannot be seen");
    }

    [Fact]
    public async Task A_server_that_takes_no_scripts_is_found()
    {
        var options = new RedisServerOptions { Settings = ["user default on nopass ~* &* +@all -script -eval -evalsha"] };

        (await LookAsync(options, targets => new RedisScriptsCheck(targets), All)).Status.Should().Be(DoctorStatus.Error);
        (await LookAsync(options, targets => new RedisRightsCheck(targets), All)).Summary.Should().Contain("may not run scripts");
    }

    [Fact]
    public async Task A_server_that_is_away_is_one_error_and_the_rest_is_not_seen()
    {
        var server = await RedisServer.StartAsync();
        await using var connection = RedisTestClient.Connect(server.ClientOptions(), RedisTestClient.NewPrefix());
        await server.DisposeAsync();

        foreach (var check in Checks(connection, All))
        {
            var result = await check.CheckAsync();
            result.Status.Should().Be(check.Name == "redis.reachable" ? DoctorStatus.Error : DoctorStatus.Warning, check.Name);
        }
    }

    [Fact]
    public async Task A_wrong_password_is_said_to_be_one()
    {
        await using var server = await RedisServer.StartAsync(new RedisServerOptions { Password = "right" });
        var options = server.ClientOptions();
        options.Password = "wrong";

        // The client may take its whole ConnectTimeout before it says why.
        await using var connection = RedisTestClient.Connect(options, RedisTestClient.NewPrefix(), settings => settings.CommandTimeout = TimeSpan.FromSeconds(30));

        var check = new RedisReachableCheck(Targets(connection, All));

        // While it connects, the client does not know yet why it cannot.
        await Waiting.UntilAsync(async () => (await check.CheckAsync()).Summary.Contains("check the password", StringComparison.Ordinal), "the client to know why");
        (await check.CheckAsync()).Status.Should().Be(DoctorStatus.Error);
    }

    [Fact]
    public async Task Replicas_that_nobody_waits_for_can_lose_what_was_acknowledged()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        await using var connection = RedisTestClient.Connect(pair.Primary.ClientOptions(), RedisTestClient.NewPrefix());
        var check = new RedisReplicationCheck(Targets(connection, PipelineRoles.Queues));

        (await check.CheckAsync()).Status.Should().Be(DoctorStatus.Warning);
        await pair.Primary.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        (await check.CheckAsync()).Status.Should().Be(DoctorStatus.Ok);
    }

    [Fact]
    public async Task Memory_near_its_bound_is_seen()
    {
        await using var server = await RedisServer.StartAsync(new RedisServerOptions { MaxMemory = "1gb" });
        await using var connection = RedisTestClient.Connect(server.ClientOptions(), RedisTestClient.NewPrefix());
        var check = new RedisMemoryCheck(Targets(connection, All));
        (await check.CheckAsync()).Status.Should().Be(DoctorStatus.Ok);

        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1mb");

        (await check.CheckAsync()).Status.Should().Be(DoctorStatus.Error);
    }

    [Fact]
    public async Task A_clock_that_is_far_from_the_server_is_seen()
    {
        await using var connection = RedisTestClient.Connect(await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), RedisTestClient.NewPrefix());

        (await new RedisClockCheck(Targets(connection, All), new ShiftedTime(TimeSpan.FromMinutes(5))).CheckAsync()).Status.Should().Be(DoctorStatus.Warning);
        (await new RedisClockCheck(Targets(connection, All), new ShiftedTime(TimeSpan.FromMinutes(-5))).CheckAsync()).Summary.Should().MatchRegex("(299|300)");
    }

    [Fact]
    public async Task A_long_round_trip_is_seen()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = Redis.Servers.Proxying.RedisProxy.Start(server.EndPoint);
        proxy.ReplyDelay = RedisLatencyCheck.Long * 2;
        await using var connection = RedisTestClient.Connect(server.ClientOptions(proxy), RedisTestClient.NewPrefix());

        (await new RedisLatencyCheck(Targets(connection, All), TimeProvider.System).CheckAsync()).Status.Should().Be(DoctorStatus.Warning);
    }

    [Fact]
    public async Task A_cluster_tells_of_slots_that_nobody_serves_and_of_masters_that_nobody_follows()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var connection = RedisTestClient.Connect(cluster.ClientOptions(), RedisTestClient.NewPrefix());
        var coverage = new RedisClusterCoverageCheck(Targets(connection, All));
        (await coverage.CheckAsync()).Status.Should().Be(DoctorStatus.Ok);
        (await new RedisVersionCheck(Targets(connection, All)).CheckAsync()).Summary.Split("is version").Should().HaveCount(4, "each master is asked");
        (await new RedisScriptsCheck(Targets(connection, All)).CheckAsync()).Status.Should().Be(DoctorStatus.Ok);
        (await new RedisRightsCheck(Targets(connection, All)).CheckAsync()).Status.Should().Be(DoctorStatus.Ok);

        await cluster.Nodes[0].Server.ExecuteAsync("CLUSTER", "FORGET", cluster.Nodes[3].Id);
        await cluster.Nodes[1].Server.ExecuteAsync("CLUSTER", "FORGET", cluster.Nodes[3].Id);
        await cluster.Nodes[2].Server.ExecuteAsync("CLUSTER", "FORGET", cluster.Nodes[3].Id);
        (await coverage.CheckAsync()).Status.Should().Be(DoctorStatus.Warning);
        foreach (var node in cluster.Nodes)
        {
            await node.Server.ExecuteAsync("CLUSTER", "DELSLOTS", "16383");
        }

        (await coverage.CheckAsync()).Status.Should().Be(DoctorStatus.Error);
    }

    [Fact]
    public async Task The_checks_of_a_container_are_there_once_and_look_at_every_server()
    {
        await using var first = await RedisServer.StartAsync();
        await using var second = await RedisServer.StartAsync();
        var services = new ServiceCollection();
        services.AddPipeline().UseRedis(first.Address, PipelineRoles.Cache).UseRedis(second.Address, PipelineRoles.Queues);
        await using var provider = services.BuildServiceProvider();

        var report = await provider.GetRequiredService<Doctor>().RunAsync(new DoctorRunOptions { Only = ["redis.*"] });

        report.Rows.Should().HaveCount(11);
        report.Rows.Single(row => row.Name == "redis.version").Result.Summary.Should().Contain(first.Address).And.Contain(second.Address);
        report.Rows.Single(row => row.Name == "redis.persistence").Result.Summary.Should().Contain(second.Address).And.NotContain(first.Address);
    }

    [Fact]
    public void Every_script_of_the_package_is_one_of_a_role()
    {
        var known = RedisRoleScripts.Of(All).Select(script => script.Name);

        typeof(RedisConnection).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".lua", StringComparison.Ordinal) && !name.StartsWith("Diagnostics/", StringComparison.Ordinal))
            .Except(known).Should().Equal("Queues/queue.lua");
    }

    [Fact]
    public void The_commands_of_a_role_are_read_from_its_scripts() =>
        RedisRoleScripts.CommandsOf(PipelineRoles.Queues).Should().Contain(["LMOVE", "ZADD", "TIME"]).And.NotContain("XADD");

    private static async Task<DoctorResult> LookAsync(RedisServerOptions options, Func<RedisDoctorTargets, IDoctorCheck> create, PipelineRoles roles)
    {
        await using var server = await RedisServer.StartAsync(options);
        await using var connection = RedisTestClient.Connect(server.ClientOptions(), RedisTestClient.NewPrefix());
        return await create(Targets(connection, roles)).CheckAsync();
    }

    private static RedisDoctorTargets Targets(RedisConnection connection, PipelineRoles roles) => new([new RedisDoctorTarget(connection, roles)]);

    private static IDoctorCheck[] Checks(RedisConnection connection, PipelineRoles roles)
    {
        var targets = Targets(connection, roles);
        return
        [
            new RedisClockCheck(targets, TimeProvider.System), new RedisClusterCoverageCheck(targets), new RedisEvictionPolicyCheck(targets),
            new RedisMemoryCheck(targets), new RedisPersistenceCheck(targets), new RedisReachableCheck(targets),
            new RedisReplicationCheck(targets), new RedisRightsCheck(targets), new RedisScriptsCheck(targets), new RedisVersionCheck(targets),
        ];
    }

    private sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
