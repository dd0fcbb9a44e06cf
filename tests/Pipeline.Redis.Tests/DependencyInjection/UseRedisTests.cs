using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.DependencyInjection;
using Pipeline.Learning;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.State;
using Pipeline.Telemetry;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.DependencyInjection;

public sealed class UseRedisTests
{
    private const string Nowhere = "127.0.0.1:1";

    private readonly string _prefix = RedisTestClient.NewPrefix();

    [Fact]
    public async Task Every_role_that_Redis_can_play_is_on_it_and_the_others_stay_in_memory()
    {
        await using var suite = await StartAsync(await SharedServers.NodeAsync());

        suite.GetRequiredService<ICacheBackend>().Should().BeOfType<RedisCacheBackend>();
        suite.GetRequiredService<IQueueProvider>().Should().BeOfType<RedisQueueProvider>();
        suite.GetRequiredService<IStateStore>().Should().BeOfType<RedisStateStore>();
        suite.GetRequiredService<ITelemetryReader>().Should().BeOfType<RedisTelemetryStore>();
        var limiter = suite.GetRequiredService<IRateLimiter>();
        var dimension = new RateLimitDimension("k", RateLimitRule.SlidingWindow(5, TimeSpan.FromMinutes(10)));
        await Waiting.UntilAsync(async () => (await limiter.PeekAsync(dimension)).Remaining > 0, "the limiter to answer in time");
        (await limiter.AcquireAsync(dimension)).Remaining.Should().Be(4);
        suite.GetRequiredService<ILearningStore>().GetType().Assembly.GetName().Name.Should().Be("Pipeline.Core");

        await using var other = await StartAsync(await SharedServers.NodeAsync());
        var same = other.GetRequiredService<IRateLimiter>();
        await Waiting.UntilAsync(async () => (await same.PeekAsync(dimension)).Remaining == 4, "both to share the server");
    }

    [Fact]
    public async Task Roles_narrow_what_is_taken()
    {
        await using var suite = await StartAsync(await SharedServers.NodeAsync(), PipelineRoles.Queues);

        suite.GetRequiredService<IQueueProvider>().Should().BeOfType<RedisQueueProvider>();
        suite.GetRequiredService<ICacheBackend>().Should().BeOfType<InMemoryCacheBackend>();
        suite.GetRequiredService<IStateStore>().Should().BeOfType<InMemoryStateStore>();
    }

    [Fact]
    public void Two_calls_for_one_role_are_an_error_that_names_both()
    {
        var twice = () => new ServiceCollection().AddPipeline().UseRedis(Nowhere, PipelineRoles.Cache).UseRedis(Nowhere, PipelineRoles.All);

        twice.Should().Throw<InvalidOperationException>().WithMessage("*ICacheBackend*UseRedis*UseRedis*");
    }

    [Fact]
    public async Task Two_servers_may_carry_roles_of_their_own()
    {
        await using var server = await RedisServer.StartAsync();
        var services = new ServiceCollection();
        services.AddPipeline()
            .UseRedis(await SharedServers.NodeAsync(), PipelineRoles.Cache, options => options.KeyPrefix = _prefix)
            .UseRedis(server.ClientOptions(), PipelineRoles.State, options => options.KeyPrefix = _prefix);
        await using var suite = services.BuildServiceProvider();
        await suite.StartPipelineAsync();

        await suite.GetRequiredService<IStateStore>().CompareAndSetAsync(new StateKey("space", "key"), "value"u8.ToArray(), StateEntry.NoVersion);

        (await server.ExecuteAsync("EXISTS", $"{_prefix}:s:{{space}}:e:key")).Should().Be(1L);
    }

    [Fact]
    public async Task A_server_that_is_not_there_stops_the_start_and_is_named()
    {
        await using var suite = Build(ConfigurationOptions.Parse(Nowhere + ",password=secret"));

        var thrown = await suite.Invoking(one => one.StartPipelineAsync()).Should().ThrowAsync<Exception>();

        thrown.Which.ToString().Should().Contain(Nowhere).And.NotContain("secret");
    }

    [Fact]
    public async Task A_cache_that_may_be_away_does_not_stop_the_start()
    {
        await using var suite = Build(ConfigurationOptions.Parse(Nowhere), PipelineRoles.Cache | PipelineRoles.RateLimiting, options => options.StartupCheck = StartupCheck.Warn);

        await suite.StartPipelineAsync();

        (await suite.GetRequiredService<TieredCache>().GetOrCreateAsync("k", static _ => ValueTask.FromResult("made"))).Should().Be("made");
    }

    [Fact]
    public async Task The_hosts_own_connection_is_used_and_never_closed()
    {
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(await SharedServers.NodeAsync());
        var services = new ServiceCollection();
        services.AddSingleton<IConnectionMultiplexer>(multiplexer);
        services.AddPipeline().UseRedis(provider => provider.GetRequiredService<IConnectionMultiplexer>(), configure: options => options.KeyPrefix = _prefix).AddQueue("q");
        await using (var suite = services.BuildServiceProvider())
        {
            await suite.StartPipelineAsync();
            await suite.GetRequiredService<IQueueProvider>().GetQueue("q").EnqueueAsync([new QueueMessage("a"u8.ToArray())]);
        }

        // The container closes what it made itself; the instance that the host registered is the host's.
        multiplexer.IsConnected.Should().BeTrue();
        (await multiplexer.GetDatabase().KeyExistsAsync($"{_prefix}:q:{{q}}")).Should().BeTrue();
    }

    [Fact]
    public async Task A_database_and_a_suites_name_keep_suites_apart()
    {
        var options = await SharedServers.NodeAsync();
        options.DefaultDatabase = 3;
        var services = new ServiceCollection();
        services.AddPipeline("docs").UseRedis(options, configure: settings => settings.KeyPrefix = _prefix).AddQueue("q");
        await using var suite = services.BuildServiceProvider();
        await suite.StartPipelineAsync();

        await suite.GetRequiredKeyedService<IQueueProvider>("docs").GetQueue("q").EnqueueAsync([new QueueMessage("a"u8.ToArray())]);

        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(await SharedServers.NodeAsync());
        (await multiplexer.GetDatabase(3).KeyExistsAsync($"{_prefix}:docs:q:{{q}}")).Should().BeTrue();
        (await multiplexer.GetDatabase(0).KeyExistsAsync($"{_prefix}:docs:q:{{q}}")).Should().BeFalse();
    }

    [Theory]
    [InlineData("localhost:6379,user=me,password=secret", "connection of your own")]
    [InlineData("password=secret", "names no server")]
    [InlineData("", "connectionString")]
    public void A_connection_string_that_cannot_be_read_is_an_error_without_its_text(string connectionString, string wording)
    {
        var use = () => new ServiceCollection().AddPipeline().UseRedis(connectionString);

        use.Should().Throw<ArgumentException>().Which.Message.Should().Contain(wording).And.NotContain("secret");
    }

    [Theory]
    [InlineData("", 5, "KeyPrefix")]
    [InlineData("a{b}", 5, "brace")]
    [InlineData("p", 0.001, "CommandTimeout")]
    [InlineData("p", 301, "CommandTimeout")]
    public void A_setting_that_is_out_of_range_is_an_error_that_names_it(string prefix, double seconds, string setting)
    {
        var use = () => new ServiceCollection().AddPipeline().UseRedis(Nowhere, configure: options =>
        {
            options.KeyPrefix = prefix;
            options.CommandTimeout = TimeSpan.FromSeconds(seconds);
        });

        use.Should().Throw<OptionsValidationException>().WithMessage($"*{setting}*");
    }

    [Fact]
    public void A_number_of_shards_is_bounded_and_the_longest_prefix_is_64_bytes()
    {
        var shards = () => new ServiceCollection().AddPipeline().UseRedis(Nowhere, configure: options => options.Queues.Shards["q"] = 257);
        var prefix = () => new ServiceCollection().AddPipeline().UseRedis(Nowhere, configure: options => options.KeyPrefix = new string('p', 65));

        shards.Should().Throw<OptionsValidationException>().Which.Message.Should().Contain("Shards[q]").And.Contain("256");
        prefix.Should().Throw<OptionsValidationException>().WithMessage("*64 bytes*");
    }

    private ServiceProvider Build(ConfigurationOptions server, PipelineRoles roles = PipelineRoles.All, Action<RedisOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddPipeline().UseRedis(server, roles, options =>
        {
            options.KeyPrefix = _prefix;
            configure?.Invoke(options);
        });
        return services.BuildServiceProvider();
    }

    private async Task<ServiceProvider> StartAsync(ConfigurationOptions server, PipelineRoles roles = PipelineRoles.All)
    {
        var suite = Build(server, roles);
        await suite.StartPipelineAsync();
        return suite;
    }
}
